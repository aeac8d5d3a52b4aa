// The package imports JSON without the attribute that Node asks for: https://nodejs.org/api/esm.html#json-modules
import { readFileSync } from "node:fs";
import { register } from "node:module";
import { isMainThread } from "node:worker_threads";

export async function load(url, context, next) {
  if (!url.endsWith(".json")) return next(url, context);
  return { format: "module", shortCircuit: true, source: `export default ${readFileSync(new URL(url), "utf8")}` };
}

if (isMainThread) register(import.meta.url);
