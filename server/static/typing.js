/**
 * Self Help while somebody types: each field for a code says below itself what is missing or mistyped, and a photo of the
 * QR code takes the place of typing. The server reads what is sent by itself, so nothing here has to be right.
 */
import { opened } from "/pwa/js/address.js";
import { judge } from "/pwa/js/codes.js";
import { inTime } from "/pwa/js/convenience.js";
import { photographed, reader } from "/pwa/js/scanner.js";

/**
 * @typedef {Record<"complete" | "group" | "groups" | "wrong" | "use" | "no_reader" | "no_code" | "no_picture" | "another", string>} Words
 * @type {Words & {more: Plural, less: Plural, other: Record<string, string>, lengths: Record<string, number>}}
 */
const WORDS = JSON.parse(document.getElementById("typing-words")?.textContent ?? "{}");

/** @typedef {{one: string, other: string}} Plural */

/** @param {Plural} words @param {number} count */
const counting = (words, count) => (count === 1 ? words.one : words.other.replace("{count}", String(count)));

/** What fields are called, by what they hold. @type {Record<string, import("/pwa/js/codes.js").CodeKind>} */
const KINDS = {
  activation_key: "activationKey", computer_id: "computerId", computer_key: "computerKey", code: "deactivationCode",
};

const SVG = "http://www.w3.org/2000/svg";

/** @param {string} name */
function icon(name) {
  const drawn = document.createElementNS(SVG, "svg");
  drawn.setAttribute("class", "i");
  drawn.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `/pwa/vendor/lucide/icons.svg#${name}`);
  drawn.append(use);
  return drawn;
}

/**
 * @param {string} tag
 * @param {string} className
 * @param {(Node | string)[]} content
 */
function el(tag, className, ...content) {
  const made = document.createElement(tag);
  made.className = className;
  made.append(...content);
  return made;
}

/**
 * The reading that may have been meant, with what differs underlined; one press takes it.
 *
 * @param {HTMLInputElement} input
 * @param {string} meant
 * @param {number[]} places
 */
function offer(input, meant, places) {
  const groups = [...new Set(places.map((place) => Math.floor(place / 5) + 1))];
  const sentence = groups.length > 1
    ? WORDS.groups.replace("{first}", String(groups[0])).replace("{second}", String(groups[1]))
    : WORDS.group.replace("{number}", String(groups[0]));
  const code = el("span", "k");
  code.translate = false;
  [...meant].forEach((symbol, place) => {
    // A dash stands after each group of five.
    const isDifferent = symbol !== "-" && places.includes(place - Math.floor(place / 6));
    code.append(isDifferent ? el("u", "", symbol) : symbol);
  });
  const use = el("button", "btn second", WORDS.use);
  use.setAttribute("type", "button");
  use.addEventListener("click", () => {
    input.value = meant;
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.focus();
  });
  return el("div", "fix", el("p", "", sentence), code, use);
}

/**
 * What stands below a field, and whether the field is marked: as right, or as mistyped.
 *
 * @param {HTMLInputElement} input
 * @param {string} name
 * @returns {[Node | null, "ok" | "warn" | ""]}
 */
function said(input, name) {
  // A link, or a message with the code in it, is for the server to read.
  if (/[#\r\n]/.test(input.value)) return [null, ""];
  const found = judge(input.value, KINDS[name], Object.values(KINDS));
  const length = WORDS.lengths[name];
  switch (found.state) {
    case "right": return [el("p", "said ok", icon("check"), WORDS.complete.split("{count}").join(String(length))), "ok"];
    case "short": return [el("p", "soft", counting(WORDS.more, length - found.count)), ""];
    case "long": return [found.count > length + 5 ? null : el("p", "soft", counting(WORDS.less, found.count - length)), ""];
    case "mistyped": return [offer(input, found.meant, found.places), "warn"];
    case "wrong": return [el("div", "fix", el("p", "", WORDS.wrong)), "warn"];
    case "other": {
      const other = Object.keys(KINDS).find((one) => KINDS[one] === found.kind) ?? "";
      return [el("div", "fix", el("p", "", WORDS.other[other])), "warn"];
    }
    default: return [null, ""];
  }
}

for (const field of document.querySelectorAll("[data-kind]")) {
  const input = field.querySelector("input");
  const place = field.querySelector("[data-says]");
  const name = field instanceof HTMLElement ? field.dataset.kind ?? "" : "";
  if (input === null || !(place instanceof HTMLElement) || !(name in KINDS)) continue;
  const judgeIt = () => {
    // What the server said is about what was typed before.
    if (input.value !== input.defaultValue) field.querySelector(":scope > .fix, :scope > .said")?.remove();
    const [answer, mark] = said(input, name);
    place.replaceChildren(...(answer ? [answer] : []));
    input.classList.toggle("ok", mark === "ok");
    input.classList.toggle("warn", mark === "warn");
  };
  input.addEventListener("input", judgeIt);
  if (input.value !== "" && input.ariaInvalid !== "true") judgeIt();
}

/**
 * @param {HTMLElement} part
 * @param {HTMLInputElement} photo
 * @param {HTMLButtonElement} send
 * @param {HTMLElement} outcome
 */
function takePhotos(part, photo, send, outcome) {
  /** @param {string} text */
  const say = (text) => outcome.replaceChildren(...(text ? [el("div", "fix", el("p", "", text))] : []));
  photo.addEventListener("change", async () => {
    const [file] = photo.files ?? [];
    photo.value = "";
    if (file === undefined) return;
    say("");
    const picture = await inTime(() => photographed(file));
    if (!picture.done) return say(WORDS.no_picture);
    const text = await inTime(async () => (await reader())(picture.result));
    if (!text.done) return say(WORDS.no_reader);
    if (text.result === null) return say(WORDS.no_code);
    if (opened(text.result) === null) return say(WORDS.another);
    send.value = text.result;
    send.form?.requestSubmit(send);
  });
  part.querySelector("button")?.addEventListener("click", () => photo.click());
  part.hidden = false;
}

for (const part of document.querySelectorAll("[data-photo]")) {
  const photo = part.querySelector('input[type="file"]');
  const send = part.querySelector("button[formaction]");
  const outcome = part.querySelector('[role="status"]');
  if (!(part instanceof HTMLElement && photo instanceof HTMLInputElement)) continue;
  if (send instanceof HTMLButtonElement && outcome instanceof HTMLElement) takePhotos(part, photo, send, outcome);
}
