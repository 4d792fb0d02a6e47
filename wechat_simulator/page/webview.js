/* Web view: an article opened inside the phone, with a back button and a link to a browser tab. */

import { byId, el } from "./dom.js";
import { chosen } from "./followers.js";

const view = () => byId("webview");
let opener = null;
let opened = { url: "", title: "" };

/** Open an http(s) address over the chat; `from` gets the focus back when it closes. */
export function openPage(address, title, from) {
  opener = from ?? document.activeElement;
  show(address, title.trim() || address);
  byId("webview-frame").replaceChildren(frame(address, title));
  view().hidden = false;
  setAside(view(), true);
  byId("webview-close").focus();
}

/** Close the web view. */
export function closePage() {
  if (view().hidden) return;
  view().hidden = true;
  setAside(view(), false);
  byId("webview-frame").replaceChildren();
  opener?.focus();
}

/** Address and title of the open page. */
export const openedPage = () => opened;

function show(url, title) {
  opened = { url, title };
  byId("webview-title").textContent = title;
  byId("webview-tab").href = url;
}

/** Disable focus and taps below `screen`, which covers the phone; when it closes, enable what it covered. */
export function setAside(screen, aside) {
  const screens = [byId("chats"), view()].filter((other) => other !== screen && !other.hidden);
  const top = aside ? screen : screens.at(-1);
  for (const other of screen.parentElement.children) other.inert = Boolean(top) && other !== top;
}

function frame(address, title) {
  // A page of the simulator is an article written by an account. With scripts and the same origin it could access
  // this page, so it gets no scripts. Foreign pages get both, as in a browser.
  const from = new URL(address);
  const own = from.origin === location.origin;
  if (own && chosen()) from.searchParams.set("openid", chosen());
  const allowed = own ? "allow-same-origin" : "allow-scripts allow-same-origin allow-forms";
  const sandbox = `allow-popups allow-popups-to-escape-sandbox ${allowed}`;
  const node = el("iframe", { src: from.href, title: title || "文章", sandbox, referrerpolicy: "no-referrer" });
  if (own) node.addEventListener("load", () => follow(node));
  return node;
}

/** Keep title and address in agreement with a page of the simulator to which a link inside it led. */
function follow(node) {
  const inside = node.contentDocument;
  if (!inside || inside.location.origin !== location.origin) return;
  const at = new URL(inside.location.href);
  at.searchParams.delete("openid");
  show(at.href, inside.title || at.href);
}

/** Connect the ways to close it: its button, and Escape wherever the focus is. */
export function setUpWebview() {
  byId("webview-close").addEventListener("click", closePage);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !byId("ask").open) closePage();
  });
}
