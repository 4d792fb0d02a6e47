/* Formatting and highlighting of JSON and XML. */

import { el } from "./dom.js";

const LONGEST = 20_000; // characters shown of one body
const JSON_TOKENS =
  /(?<string>"(?:[^"\\]|\\.)*")(?<colon>\s*:)?|\b(?<word>true|false|null)\b|(?<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)/g;
const XML_TOKENS = /(?<tag><\/?[\w-]+[^>]*>)|(?<mark><!\[CDATA\[|\]\]>)/g;

/** A code block for a value, JSON, XML or any other text. */
export function code(content) {
  const laidOut = layOut(content);
  const cut = laidOut.length > LONGEST;
  return el(
    "pre",
    { class: "code", tabindex: "0" },
    el("code", {}, coloured(laidOut.slice(0, LONGEST)), cut && `\n… 共 ${laidOut.length} 字`),
  );
}

function layOut(content) {
  if (typeof content !== "string") return JSON.stringify(content, null, 2);
  const text = content.trim();
  if (/^[[{]/.test(text)) {
    try {
      return JSON.stringify(JSON.parse(text), null, 2);
    } catch {
      return text; // not JSON after all: shown unchanged
    }
  }
  return text.startsWith("<xml") ? tree(text) : text;
}

/** Put each element on a line of its own, indented by depth. */
function tree(text) {
  let depth = 0;
  const lines = text
    .replace(/>\s*(?=<\w)/g, ">\n")
    .replace(/(<\/[\w-]+>)\s*(?=<\/)/g, "$1\n")
    .split("\n");
  return lines
    .map((line) => {
      if (line.startsWith("</")) depth = Math.max(0, depth - 1);
      const laid = "  ".repeat(depth) + line;
      if (/^<\w[^>]*[^/]>$/.test(line)) depth += 1;
      return laid;
    })
    .join("\n");
}

function coloured(text) {
  const nodes = [];
  let from = 0;
  for (const found of text.matchAll(text.startsWith("<") ? XML_TOKENS : JSON_TOKENS)) {
    const { string, colon, word, number, tag } = found.groups;
    const look = string ? (colon ? "key" : "string") : word ? "word" : number ? "number" : tag ? "tag" : "quiet-mark";
    nodes.push(text.slice(from, found.index), el("span", { class: look }, found[0]));
    from = found.index + found[0].length;
  }
  nodes.push(text.slice(from));
  return nodes;
}
