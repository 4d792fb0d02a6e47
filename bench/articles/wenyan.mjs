// Read Markdown from standard input; write the HTML that wenyan makes of it for WeChat, with its defaults and footnotes.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const { resolve } = createRequire(`${process.env.RIVALS}/package.json`);
const { JSDOM } = await import(pathToFileURL(resolve("jsdom")));
const { window } = new JSDOM("<!doctype html><body></body>");
for (const name of ["document", "Node", "Element", "HTMLElement", "DOMParser"]) globalThis[name] = window[name];
globalThis.window = window;

const { createWenyanCore } = await import(
  pathToFileURL(`${process.env.RIVALS}/node_modules/@wenyan-md/core/dist/core.js`)
);
const wenyan = await createWenyanCore({ isWechat: true });
const { content } = await wenyan.handleFrontMatter(readFileSync(0, "utf8"));
const article = window.document.createElement("section");
article.id = "wenyan";
article.innerHTML = await wenyan.renderMarkdown(content);
const options = { themeId: "default", hlThemeId: "solarized-light", isMacStyle: true, isAddFootnote: true };
process.stdout.write(await wenyan.applyStylesWithTheme(article, options));
