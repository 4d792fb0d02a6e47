/* Quotas, clock and faults. */

import { el, empty, reconcile, toast } from "./dom.js";
import { get, post, remove } from "./server.js";
import { millis, now, setClock, whole } from "./time.js";

/** Quotas of the account as bars. */
export const quotas = {
  id: "quotas",
  name: "配额",
  what: [],
  also: ["call", "job", "clock"],
  build(panel) {
    panel.append(
      el("p", { class: "hint" }, "每天的次数在北京时间零点清零。"),
      el("div", { class: "bars used" }),
      el("details", { class: "rest" }, el("summary", {}), el("div", { class: "bars" })),
    );
  },
  async refresh(panel) {
    const found = [...(await get("quotas"))].sort((one, other) => share(other) - share(one));
    const used = found.filter((quota) => quota.used > 0);
    const rest = found.filter((quota) => quota.used === 0);
    const [bars, others] = panel.querySelectorAll(".bars");
    panel.querySelector("summary").textContent = `今天还没有调用过的 ${rest.length} 个接口`;
    if (used.length === 0)
      bars.replaceChildren(empty("今天还没有用过配额", "调用接口后，每个接口当天用了多少会列在这里。"));
    else reconcile(bars, used, (quota) => JSON.stringify(quota), bar);
    reconcile(others, rest, (quota) => JSON.stringify(quota), bar);
  },
};

const share = ({ used, limit }) => (limit ? used / limit : 0);

function bar({ path, used, limit }) {
  const full = share({ used, limit });
  return el(
    "div",
    { class: full >= 1 ? "quota full" : full >= 0.8 ? "quota near" : "quota" },
    el("span", { class: "path", title: path }, path.replace("/cgi-bin/", "")),
    el("span", { class: "figures" }, `${used.toLocaleString("zh-CN")} / ${limit.toLocaleString("zh-CN")}`),
    el("meter", { min: 0, max: limit, value: used, "aria-label": path }),
  );
}

const STEPS = [
  ["1 分钟", 60],
  ["1 小时", 3600],
  ["1 天", 86_400],
  ["2 天", 172_800],
];

/** The simulator's clock; one that is not real can be moved. */
export const clock = {
  id: "clock",
  name: "时钟",
  what: ["clock"],
  build(panel, refresh) {
    const move = async (body) => {
      try {
        const { now: moment } = await post("clock", body);
        toast(`时钟到了 ${whole(millis(moment))}，到期的事已经办完`);
      } catch (refusal) {
        toast(refusal.message);
      }
      refresh();
    };
    const exactly = el("input", {
      type: "datetime-local",
      step: "1",
      "aria-label": "调到（北京时间）",
      required: true,
    });
    panel.append(
      el("p", { class: "bigclock", "data-testid": "clock-now" }),
      el("p", { class: "hint" }),
      el(
        "div",
        { class: "steps" },
        STEPS.map(([name, seconds]) =>
          el("button", { type: "button", class: "quiet", onclick: () => move({ advance: seconds }) }, `快进 ${name}`),
        ),
        el("button", { type: "button", class: "quiet", onclick: () => move({ to: midnight() }) }, "快进到北京零点"),
        el("button", { type: "button", class: "quiet", onclick: () => move({ to: morning(1) }) }, "到明天 09:00"),
        el("button", { type: "button", class: "quiet", onclick: () => move({ to: monday() }) }, "到下周一 09:00"),
      ),
      el(
        "form",
        {
          class: "bar",
          onsubmit: (event) => {
            event.preventDefault();
            move({ to: `${exactly.value.padEnd(19, ":00")}+08:00` });
          },
        },
        exactly,
        el("button", { class: "primary", type: "submit" }, "调到"),
      ),
    );
    setInterval(() => {
      panel.querySelector(".bigclock").textContent = whole(now());
    }, 1000);
  },
  async refresh(panel) {
    const { now: moment, virtual, movable, stamp_by_clock: shared } = await get("clock");
    setClock(moment, virtual);
    panel.querySelector(".bigclock").textContent = whole(now());
    panel.querySelector(".hint").textContent = virtual
      ? `虚拟时钟：只在手动调整时前进。${AGES}`
      : movable
        ? `这个时钟照常走，也可以快进，不能倒回。${AGES}${shared ? "公众号的程序也照它走：定在那时的推送，快进过去就会发出。" : ""}`
        : "真实时钟：与这台机器一致，不能调整。要快进，请用 --clock movable 或 --clock virtual 启动模拟器。";
    for (const knob of panel.querySelectorAll("button, input")) knob.disabled = !movable;
    const exactly = panel.querySelector("input");
    if (exactly !== document.activeElement) exactly.value = whole(now()).replace(" ", "T");
  },
};

const AGES = "凭证到期、配额清零、素材过期、48 小时窗口和定好的任务都按它计算。";

/** Nine o'clock in Beijing, `days` days from today. */
const morning = (days) => `${whole(now() + days * 86_400_000).slice(0, 10)}T09:00:00+08:00`;

/** Nine o'clock of the next Monday; a week on if today is one. */
function monday() {
  const today = new Date(`${whole(now()).slice(0, 10)}T00:00:00Z`).getUTCDay();
  return morning((8 - today) % 7 || 7);
}

/** The next midnight in Beijing, when daily quotas start again. */
function midnight() {
  const day = whole(now() + 86_400_000).slice(0, 10);
  return `${day}T00:00:00+08:00`;
}

/** Kinds of faults: calls or callbacks, and the one number each kind needs (field, label, value). */
const KINDS = {
  errcode: ["返回 errcode", ["errcode", "errcode", -1]],
  http: ["返回 HTTP 错误", ["status", "状态码", 503]],
  html: ["返回 HTML 错误页（502）", null],
  slow: ["延迟响应", ["seconds", "延迟秒数", 6]],
  cut_before: ["处理之前断线", null],
  cut_after: ["处理之后断线（结果未知）", null],
};
const PUSH_KINDS = {
  duplicate: ["回调重复一次", null],
  late: ["回调延迟", ["seconds", "延迟秒数", 6]],
  reorder: ["回调乱序", null],
};
const ALL_KINDS = { ...KINDS, ...PUSH_KINDS };
const PATHS = [
  "/cgi-bin/draft/add",
  "/cgi-bin/material/add_material",
  "/cgi-bin/media/uploadimg",
  "/cgi-bin/message/mass/sendall",
  "/cgi-bin/message/mass/get",
  "/cgi-bin/message/custom/send",
  "/cgi-bin/stable_token",
  "/cgi-bin/user/get",
  "*",
];

/** Faults: the next n calls of an endpoint, or callbacks, fail in the chosen way. */
export const faults = {
  id: "faults",
  name: "故障",
  what: ["fault"],
  also: ["call", "callback"],
  build(panel, refresh) {
    const option = ([kind, [name]]) => el("option", { value: kind }, name);
    const kind = el(
      "select",
      { name: "kind" },
      el("optgroup", { label: "调用" }, Object.entries(KINDS).map(option)),
      el("optgroup", { label: "回调" }, Object.entries(PUSH_KINDS).map(option)),
    );
    const path = el("input", { name: "path", value: PATHS[0], required: true, list: "fault-paths" });
    const figure = label("", el("input", { name: "figure", type: "number", step: "any", required: true }));
    const form = el(
      "form",
      { class: "order", "data-testid": "fault-form" },
      label("接口（末尾可用 *）", path),
      label("故障类型", kind),
      figure,
      label("次数（留空：一直）", el("input", { name: "times", type: "number", value: "1", min: "1" })),
      label("概率（%）", el("input", { name: "chance", type: "number", value: "100", min: "1", max: "100", required: true })),
      label("随机种子（可空）", el("input", { name: "seed", placeholder: "种子相同，出故障的调用也相同" })),
      el(
        "div",
        { class: "buttons" },
        el("button", { class: "primary", type: "submit", "data-testid": "fault-order" }, "添加故障"),
        el(
          "button",
          {
            class: "quiet",
            type: "button",
            onclick: () => remove("faults").then(refresh, (refusal) => toast(refusal.message)),
          },
          "全部取消",
        ),
      ),
      el(
        "datalist",
        { id: "fault-paths" },
        PATHS.map((value) => el("option", { value })),
      ),
    );
    const fit = () => fitForm(kind.value, path, figure);
    kind.addEventListener("change", fit);
    fit();
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      await order(new FormData(form));
      refresh();
    });
    panel.append(form, el("div", { class: "rows" }));
  },
  async refresh(panel) {
    const found = await get("faults");
    const rows = panel.querySelector(".rows");
    if (found.length === 0)
      return rows.replaceChildren(
        empty("没有设置故障", "添加后，接下来的几次调用或回调会按设置出故障，用来检验公众号的程序能不能应对。"),
      );
    return reconcile(
      rows,
      found.map((fault, place) => ({ fault, key: `${place}-${JSON.stringify(fault)}` })),
      ({ key }) => key,
      ({ fault }) => faultRow(fault),
    );
  },
};

const label = (name, control) => el("label", { class: "field" }, el("span", {}, name), control);

/** Enable only the fields that the chosen kind needs: callbacks have no path, most kinds no number. */
function fitForm(kind, path, figure) {
  const [, needs] = ALL_KINDS[kind];
  path.disabled = kind in PUSH_KINDS;
  figure.querySelector("input").disabled = !needs;
  figure.querySelector("span").textContent = needs?.[1] ?? "—";
  figure.querySelector("input").value = needs?.[2] ?? "";
}

async function order(form) {
  const kind = form.get("kind");
  const [, needs] = ALL_KINDS[kind];
  const fault = { path: kind in PUSH_KINDS ? "callback" : form.get("path"), kind };
  fault.times = form.get("times") ? Number(form.get("times")) : null;
  fault.rate = Number(form.get("chance")) / 100;
  if (form.get("seed")) fault.seed = form.get("seed");
  if (needs) fault[needs[0]] = Number(form.get("figure"));
  try {
    await post("faults", fault);
  } catch (refusal) {
    toast(refusal.message);
  }
}

function faultRow(fault) {
  const [name, needs] = ALL_KINDS[fault.kind];
  return el(
    "p",
    { class: "ordered", "data-testid": "fault-ordered" },
    el("span", { class: "path" }, fault.path === "callback" ? "回调" : fault.path),
    el("span", {}, needs ? `${name} ${fault[needs[0]]}` : name),
    el("span", {}, fault.rate < 1 ? `概率 ${Math.round(fault.rate * 100)}%` : ""),
    el("span", { class: "mark busy" }, fault.times === null ? "一直" : `还有 ${fault.times} 次`),
  );
}
