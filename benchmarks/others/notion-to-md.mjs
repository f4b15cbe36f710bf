// All pages of a data source as Markdown files, as the README of notion-to-md shows it.
//
//     node notion-to-md.mjs ADDRESS DATA_SOURCE FOLDER [WAKER]
//
// With WAKER (host:port, see benchmarks/skipped.py) pauses are skipped: @notionhq/client makes them with setTimeout.
import fs from "node:fs";
import net from "node:net";
import { createRequire } from "node:module";

const [address, dataSource, folder, waker] = process.argv.slice(2);
if (waker) {
  const [host, port] = waker.split(":");
  const real = globalThis.setTimeout;
  globalThis.setTimeout = (then, milliseconds = 0, ...rest) => {
    // Pauses between attempts are of a second and more; a client's time limit for one request is cancelled by its answer.
    if (milliseconds < 500 || !new Error().stack.includes("sleep")) return real(then, milliseconds, ...rest);
    const connection = net.connect(Number(port), host, () => connection.write(`${milliseconds / 1000}\n`));
    connection.once("data", () => {
      connection.destroy();
      then(...rest);
    });
    return connection;
  };
}

const require = createRequire(process.cwd() + "/.cache/bench/");
const { Client, iteratePaginatedAPI } = require("@notionhq/client");
const { NotionToMarkdown } = require("notion-to-md");

const notion = new Client({ auth: process.env.NOTION_TOKEN, baseUrl: address });
const n2m = new NotionToMarkdown({ notionClient: notion });
for await (const page of iteratePaginatedAPI(notion.dataSources.query, { data_source_id: dataSource })) {
  const blocks = await n2m.pageToMarkdown(page.id);
  fs.writeFileSync(`${folder}/${page.id}.md`, n2m.toMarkdownString(blocks).parent ?? "");
}
