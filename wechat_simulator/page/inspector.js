/* The inspector beside the phone: tabs, of which only the visible one is loaded from the simulator. */

import { byId, el, toast } from "./dom.js";
import { calls, callbacks } from "./traffic.js";
import { drafts, jobs } from "./contents.js";
import { account } from "./account.js";
import { clock, faults, quotas } from "./controls.js";
import { soon } from "./server.js";

/**
 * Each tab has an `id`, a `name`, the events that reload it (`what`) and those that only make it outdated (`also`),
 * `build(panel, refresh)`, called once, and `refresh(panel)`.
 */
const TABS = [calls, callbacks, drafts, jobs, quotas, clock, faults, account];

const stale = new Set(TABS.map(({ id }) => id));
let current = TABS[0];

const tabOf = ({ id }) => byId(`tab-${id}`);
const panelOf = ({ id }) => byId(`panel-${id}`);

/** Build tabs and panels. */
export function setUpInspector() {
  const remembered = TABS.find(({ id }) => `#${id}` === location.hash);
  for (const tab of TABS) {
    byId("tabs").append(
      el(
        "button",
        {
          type: "button",
          role: "tab",
          id: `tab-${tab.id}`,
          "data-testid": `tab-${tab.id}`,
          "aria-controls": `panel-${tab.id}`,
          onclick: () => choose(tab),
        },
        tab.name,
      ),
    );
    const panel = el("div", {
      role: "tabpanel",
      id: `panel-${tab.id}`,
      class: `panel ${tab.id}`,
      "data-testid": `panel-${tab.id}`,
      "aria-labelledby": `tab-${tab.id}`,
      tabindex: "0",
    });
    byId("panels").append(panel);
    tab.build(panel, () => refresh(tab));
  }
  byId("tabs").addEventListener("keydown", keys);
  choose(remembered ?? current);
}

/** Handle a change ("*" for any): reload the visible tab, and the others when they are opened. */
export function happened(what) {
  for (const tab of TABS) {
    const news = tab.what.includes(what);
    if (!news && what !== "*" && what !== "reset" && !tab.also?.includes(what)) continue;
    if (what === "reset" || what === "*") tab.forget?.(); // cached data may belong to an earlier state
    stale.add(tab.id);
    if (news && tab !== current) tabOf(tab).classList.add("news");
  }
  if (stale.has(current.id)) refreshSoon();
}

/** Open the tab with that id. */
export const openTab = (id) => choose(TABS.find((tab) => tab.id === id));

const refreshSoon = soon(() => refresh(current), 250);

function choose(tab) {
  current = tab;
  history.replaceState(null, "", `#${tab.id}`); // a reload of the page opens the same tab
  for (const other of TABS) {
    const on = other === tab;
    tabOf(other).setAttribute("aria-selected", String(on));
    tabOf(other).tabIndex = on ? 0 : -1;
    panelOf(other).hidden = !on;
  }
  tabOf(tab).classList.remove("news");
  byId("tabs").scrollLeft = tabOf(tab).offsetLeft - 80; // visible on a narrow screen, with the tab before it
  if (stale.has(tab.id)) refresh(tab);
}

async function refresh(tab) {
  stale.delete(tab.id);
  try {
    await tab.refresh(panelOf(tab));
  } catch (refusal) {
    stale.add(tab.id);
    toast(refusal.message);
  }
}

function keys(event) {
  const at = TABS.indexOf(current);
  const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: TABS.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  choose(TABS[(to + TABS.length) % TABS.length]);
  tabOf(current).focus();
}
