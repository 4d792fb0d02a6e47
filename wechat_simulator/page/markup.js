/* Markup of texts: plain text, links, and tap-to-send lines. */

import { el } from "./dom.js";

const ANCHOR = /<a\s(?:[^>]*\s)?href="([^"]*)"[^>]*>([\s\S]*?)<\/a>/gi;
const ADDRESS = /https?:\/\/[^\s<>"'，。；：！？、（）《》【】「」]+/gi;
const TAP = /^weixin:\/\/bizmsgmenu\?msgmenucontent=([\s\S]*?)&msgmenuid=([\s\S]*)$/i;

/** The absolute address if it is http or https, which a web view may open; else null. */
export function webAddress(text) {
  try {
    const address = new URL(text, location.href);
    return address.protocol === "http:" || address.protocol === "https:" ? address.href : null;
  } catch {
    return null; // not a URL
  }
}

/** Convert a text to nodes. `open(url, title)` is called for a link, `send(content, id)` for a tap-to-send line. */
export function rich(text, { open, send }) {
  const nodes = [];
  let from = 0;
  for (const found of text.matchAll(ANCHOR)) {
    nodes.push(...bare(text.slice(from, found.index), open), anchor(found[1], found[2], { open, send }) ?? found[0]);
    from = found.index + found[0].length;
  }
  nodes.push(...bare(text.slice(from), open));
  return nodes;
}

function anchor(href, label, { open, send }) {
  const tap = TAP.exec(href);
  if (tap) return tapLine(label, () => send(tap[1], tap[2]));
  const address = /^https?:/i.test(href) && webAddress(href);
  return address ? link(address, label, open) : null;
}

/** A tap-to-send line. */
export function tapLine(label, onclick) {
  return el("button", { type: "button", class: "tap", "data-testid": "tap", onclick }, label);
}

/** A link that opens in the phone; a middle click or Ctrl click opens a browser tab as usual. */
export function link(address, label, open, props = {}) {
  const onclick = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open(address, event.currentTarget.textContent, event.currentTarget);
  };
  return el("a", { href: address, target: "_blank", rel: "noopener noreferrer", onclick, ...props }, label);
}

function bare(text, open) {
  const nodes = [];
  let from = 0;
  for (const found of text.matchAll(ADDRESS)) {
    nodes.push(text.slice(from, found.index), link(found[0], found[0], open));
    from = found.index + found[0].length;
  }
  nodes.push(text.slice(from));
  return nodes.filter((node) => node !== "");
}
