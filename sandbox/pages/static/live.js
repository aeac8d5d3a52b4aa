// Keeps a page as it would be after a reload, without reloading: what changed is swapped, all else stays untouched.
// Scroll position, focus, half-written comments and opened details survive.

const calm = matchMedia("(prefers-reduced-motion: reduce)");
const page = () => document.getElementById("page");

// --- changing the page into another one ---

function morph(from, to) {
  if (from.isEqualNode(to)) return;
  if (from.nodeType !== Node.ELEMENT_NODE) {
    from.data = to.data;
    return;
  }
  copyAttributes(from, to);
  copyChildren(from, to);
}

function copyAttributes(from, to) {
  const mine = from.nodeName === "DETAILS" ? ["open"] : []; // the reader has opened or shut it
  for (const { name } of [...from.attributes]) {
    if (!to.hasAttribute(name) && !mine.includes(name)) from.removeAttribute(name);
  }
  for (const { name, value } of [...to.attributes]) {
    if (from.getAttribute(name) === value || mine.includes(name)) continue;
    from.setAttribute(name, value);
    if (name === "class" && from.matches("li, section.gate, header.verdict")) show(from);
  }
}

function copyChildren(from, to) {
  const named = new Map([...from.children].filter((child) => child.id).map((child) => [child.id, child]));
  let at = from.firstChild;
  for (const next of [...to.childNodes]) {
    const same = next.id ? named.get(next.id) : at && !at.id && at.nodeName === next.nodeName ? at : null;
    if (same && same.nodeName === next.nodeName) {
      if (same === at) at = at.nextSibling;
      else from.insertBefore(same, at);
      morph(same, next);
    } else {
      const fresh = document.importNode(next, true);
      from.insertBefore(fresh, at);
      show(fresh);
    }
  }
  while (at) {
    const gone = at;
    at = at.nextSibling;
    gone.remove();
  }
}

function show(element) {
  if (calm.matches || !element.matches?.("li, article, section, tr, .happened, .card")) return;
  const wash = getComputedStyle(document.documentElement).getPropertyValue("--water-wash");
  element.animate([{ backgroundColor: wash, boxShadow: `0 0 0 4px ${wash}` }, {}], { duration: 2000, easing: "ease-out" });
}

function take(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html");
  if (!fresh.getElementById("page")) return;
  prepare(fresh);
  const moved = [...document.querySelectorAll(".graph")].filter((graph) => !atNow(graph));
  document.title = fresh.title;
  document.body.dataset.version = fresh.body.dataset.version;
  morph(page(), fresh.getElementById("page"));
  for (const graph of document.querySelectorAll(".graph")) if (!moved.includes(graph)) showNow(graph);
}

// --- what only a browser knows: how long ago it was, how wide a picture may be ---

const units = [["second", 60], ["minute", 60], ["hour", 24], ["day", 7]];
const ago = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

function prepare(root) {
  for (const time of root.querySelectorAll("time[datetime]")) {
    const moment = new Date(time.dateTime);
    let size = (moment - Date.now()) / 1000;
    time.title = moment.toLocaleString("en", { dateStyle: "long", timeStyle: "medium" });
    for (const [unit, length] of units) {
      if (Math.abs(size) < length) {
        const text = unit === "second" ? "just now" : ago.format(Math.round(size), unit);
        if (time.textContent !== text) time.textContent = text;
        break;
      }
      size /= length;
    }
  }
}

// A picture of branches shows where the newest commit is, with the names beyond it where both have room, unless the
// reader has moved it.
function now(graph) {
  const most = graph.scrollWidth - graph.clientWidth;
  if (graph.dataset.now - most > 40) return Math.max(0, most);
  return Math.max(0, Math.min(most, graph.dataset.now - graph.clientWidth * 0.6));
}

function showNow(graph) {
  graph.scrollLeft = now(graph);
}

function atNow(graph) {
  return Math.abs(graph.scrollLeft - now(graph)) < 4;
}

// --- following the world ---

const PAUSE = 150; // milliseconds between two looks, however much happens
let fetching = false;
let stale = false;

async function refresh() {
  stale = true;
  if (fetching) return;
  fetching = true;
  try {
    while (stale) {
      stale = false;
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
      take(await answer.text());
      await new Promise((resume) => setTimeout(resume, PAUSE));
    }
  } catch {
    document.body.classList.remove("is-live"); // the stream connects again, and then says what is new
  } finally {
    fetching = false;
  }
}

let stream;

function follow() {
  stream?.close();
  stream = null;
  document.body.classList.remove("is-live");
  if (document.hidden) return; // a browser keeps few connections to one server
  stream = new EventSource(document.body.dataset.events);
  stream.onopen = () => document.body.classList.add("is-live");
  stream.onerror = () => document.body.classList.remove("is-live");
  stream.onmessage = ({ data }) => {
    if (data !== document.body.dataset.version) refresh();
  };
}

// --- buttons ---

document.addEventListener("submit", async (event) => {
  const form = event.target;
  event.preventDefault();
  const body = new URLSearchParams(new FormData(form));
  const answer = await fetch(event.submitter?.getAttribute("formaction") ?? form.action, { method: "POST", body });
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  document.getElementById("notices").replaceChildren(...(fresh.getElementById("notices")?.childNodes ?? []));
  if (answer.ok) form.reset();
  await refresh();
});

document.addEventListener("change", (event) => {
  if (event.target.matches("#acting select")) event.target.form.requestSubmit();
});

prepare(document);
for (const graph of document.querySelectorAll(".graph")) showNow(graph);
setInterval(() => prepare(document), 15_000);
document.addEventListener("visibilitychange", follow);
follow();
