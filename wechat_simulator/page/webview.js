/* The article as the follower opens it: a page inside the phone, with a way back and a way out. */

import { byId, el } from "./dom.js";

const view = () => byId("webview");
let opener = null;

/** Open an http(s) address over the chat; `from` is the element that gets the focus back. */
export function openPage(address, title, from) {
  opener = from ?? document.activeElement;
  byId("webview-title").textContent = title.trim() || address;
  byId("webview-tab").href = address;
  byId("webview-frame").replaceChildren(frame(address, title));
  view().hidden = false;
  setAside(true);
  byId("webview-close").focus();
}

/** Back to the chat. */
export function closePage() {
  if (view().hidden) return;
  view().hidden = true;
  setAside(false);
  byId("webview-frame").replaceChildren();
  opener?.focus();
}

/** While an article is open, what lies below it takes neither focus nor taps. */
function setAside(aside) {
  for (const other of view().parentElement.children) other.inert = aside && other !== view();
}

function frame(address, title) {
  // A page of the simulator itself is an article some account wrote: with scripts and our origin together
  // it could reach into this page, so it gets neither. Foreign pages get both, as in a browser.
  const own = new URL(address).origin === location.origin;
  const allowed = own ? "" : "allow-scripts allow-same-origin allow-forms";
  const sandbox = `allow-popups allow-popups-to-escape-sandbox ${allowed}`;
  return el("iframe", { src: address, title: title || "文章", sandbox, referrerpolicy: "no-referrer" });
}

/** Wire the way back: its button, and Escape wherever the focus is. */
export function setUpWebview() {
  byId("webview-close").addEventListener("click", closePage);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !byId("ask").open) closePage();
  });
}
