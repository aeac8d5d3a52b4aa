// Reads diagrams from standard input, a JSON list of sources, and answers with a JSON list: what the real Mermaid
// understands of each, or what is wrong with it. One process for all of them, because loading Mermaid takes seconds.
import { readFileSync } from "node:fs";
import { JSDOM } from "jsdom";

const { window } = new JSDOM("");
globalThis.window = window; // Mermaid cleans texts with DOMPurify, which is nothing without a browser
globalThis.document = window.document;
const { default: mermaid } = await import("mermaid");

async function understood(source) {
  try {
    const { diagramType, config } = await mermaid.parse(source);
    if (diagramType !== "xychart") return { error: `It is taken for ${diagramType}` };
    const { db } = await mermaid.mermaidAPI.getDiagramFromText(source);
    const { xAxis, yAxis, plots } = db.getXYChartData();
    return { config, x: xAxis, y: yAxis, lines: plots.map((plot) => plot.data.map(([, value]) => value)) };
  } catch (error) {
    return { error: String(error) };
  }
}

const answers = [];
for (const source of JSON.parse(readFileSync(0, "utf8"))) answers.push(await understood(source));
process.stdout.write(JSON.stringify(answers));
