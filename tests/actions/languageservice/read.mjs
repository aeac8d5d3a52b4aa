// Reads a JSON list of { path, texts } from standard input, where `texts` are the files of a repository by their path,
// and answers with a list of what GitHub's own language service, which its editors use, has to say of each `path`.
import { readFileSync } from "node:fs";
import { registerLogger, validate } from "@actions/languageservice";
import { TextDocument } from "vscode-languageserver-textdocument";

// It tells its own failures only to a logger.
const failed = [];
registerLogger({ error: (message) => failed.push(message), warn() {}, info() {}, log() {} });

// Actions of others are not here, and nothing is fetched: their inputs are not looked at.
const actionsMetadataProvider = { fetchActionMetadata: async () => ({}) };

async function said({ path, texts }, number) {
  const fileProvider = {
    async getFileContent({ path }) {
      if (!(path in texts)) throw new Error(`there is no ${path}`);
      return { name: path, content: texts[path] };
    },
  };
  const address = `file:///${number}/${path}`; // a new one each time: it remembers what it read there
  const document = TextDocument.create(address, "yaml", 1, texts[path]);
  const found = await validate(document, { actionsMetadataProvider, fileProvider });
  return found.map(({ message, range }) => `${path}:${range.start.line + 1}: ${message}`);
}

const answers = [];
for (const one of JSON.parse(readFileSync(0, "utf8"))) answers.push(await said(one, answers.length));
if (failed.length) throw new Error(failed.join("\n"));
process.stdout.write(JSON.stringify(answers));
