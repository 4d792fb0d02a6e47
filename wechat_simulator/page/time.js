/* Times in Beijing, by the simulator's clock. */

const ZONE = "Asia/Shanghai";
const parts = new Intl.DateTimeFormat("en-CA", {
  timeZone: ZONE,
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});

let ahead = 0; // milliseconds that the simulator's clock is ahead of the browser's
let standing = null; // time of a virtual clock in milliseconds, else null

/** Set the clock from /_sim/clock: a virtual clock stands still between two answers, a real one runs on. */
export function setClock(moment, virtual) {
  ahead = millis(moment) - Date.now();
  standing = virtual ? millis(moment) : null;
}

/** The simulator's time in milliseconds. */
export const now = () => standing ?? Date.now() + ahead;

/** Convert an ISO text or Unix seconds to milliseconds. */
export function millis(moment) {
  return typeof moment === "number" ? moment * 1000 : Date.parse(moment);
}

function broken(moment) {
  const found = Object.fromEntries(parts.formatToParts(moment).map(({ type, value }) => [type, value]));
  return {
    day: `${found.year}-${found.month}-${found.day}`,
    month: Number(found.month),
    date: Number(found.day),
    minute: `${found.hour}:${found.minute}`,
    second: `${found.hour}:${found.minute}:${found.second}`,
    year: found.year,
  };
}

/** Hour and minute, for the phone's status bar. */
export const minute = (moment) => broken(moment).minute;

/** A number of seconds in its two largest units. */
export function span(seconds) {
  const [days, hours, minutes] = [Math.floor(seconds / 86_400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60];
  const parts = [[days, "天"], [hours, "小时"], [minutes, "分钟"]].filter(([count]) => count > 0);
  return parts.slice(0, 2).map(([count, unit]) => `${count} ${unit}`).join(" ");
}

/** Time above a message: today the hour, then "yesterday", then the date. */
export function stamp(moment) {
  const then = broken(moment);
  const today = broken(now());
  if (then.day === today.day) return then.minute;
  if (then.day === broken(now() - 86_400_000).day) return `昨天 ${then.minute}`;
  const date = `${then.month}月${then.date}日 ${then.minute}`;
  return then.year === today.year ? date : `${then.year}年${date}`;
}

/** Time to the second, with the date if it is not today; for the inspector. */
export function exact(moment) {
  if (!Number.isFinite(moment)) return "";
  const then = broken(moment);
  return then.day === broken(now()).day ? then.second : `${then.day.slice(5)} ${then.second}`;
}

/** Full date and time in Beijing. */
export function whole(moment) {
  const then = broken(moment);
  return `${then.day} ${then.second}`;
}
