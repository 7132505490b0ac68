/**
 * The ways to take a key along other than typing it: copy, hear, carry as a file or as a QR code, share. Each answers in its
 * own row.
 */
import { atOnce, inTime, soon } from "../convenience.js";
import { el, fill } from "../dom.js";
import { t } from "../i18n.js";
import { canSpeak, hush, readings, speak } from "../speech.js";
import { announce } from "../screen.js";
import { openFileQr } from "./file-qr.js";
import { icon } from "./icon.js";
import { savedAs } from "./names.js";
import { openSheet } from "./sheet.js";

/** @typedef {Omit<import("../api.js").Activation, "seats" | "formerComputerIds">} Given */
/** @typedef {{element: HTMLButtonElement, say: (look: "" | "done" | "failed", label: string, more?: Node | string) => void}} Row */

/** Milliseconds before a downloaded file's address is given back; some phones read it only after asking where to save. */
const FILE_LIFETIME = 60_000;

const SIGNS = { done: "check", failed: "triangle-alert" };

/**
 * A row whose button says itself what came of a tap.
 *
 * @param {{id: string, label: string, more?: string, picture: string, onPress: (row: Row) => void}} options
 */
function wayRow({ id, label, more, picture, onPress }) {
  const element = el("button", { id, type: "button" });
  /** @type {Row["say"]} */
  const show = (look, words, rest) => {
    element.className = look;
    const sign = look === "" ? picture : SIGNS[look];
    fill(element, el("span", { class: "tile" }, icon(sign)), el("span", {}, words, rest && el("small", {}, rest)));
  };
  const row = {
    element,
    say: (/** @type {"" | "done" | "failed"} */ look, /** @type {string} */ words, /** @type {Node | string | undefined} */ rest) => {
      show(look, words, rest);
      if (look !== "") announce(element.textContent ?? "");
    },
  };
  show("", label, more);
  element.addEventListener("click", () => onPress(row));
  return el("li", {}, element);
}

/**
 * The key as plain text, selected, where the page may not use the clipboard.
 *
 * @param {string} key
 */
function keyAsText(key) {
  const text = el("textarea", {
    class: "key-text", rows: key.length > 40 ? 5 : 2, readonly: true, dir: "ltr", translate: "no", spellcheck: "false",
    autocomplete: "off", "aria-label": t("key.asText"),
  });
  text.value = key;
  return text;
}

/** @param {string} key @param {Row} row */
async function copy(key, row) {
  const copied = await soon(inTime(() => navigator.clipboard.writeText(key)));
  if (copied.done) return row.say("done", t("key.copied"));
  // On plain HTTP browsers offer no clipboard.
  row.say("failed", t("key.copy"), t(window.isSecureContext ? "key.selected" : "key.selectedOnPlainHttp"));
  row.element.parentElement?.querySelector("textarea")?.remove();
  const text = keyAsText(key);
  row.element.after(text);
  text.focus();
  return text.select();
}

/** @param {Given["licenseFile"]} file */
export function download({ name, text }) {
  return atOnce(() => {
    // Any other type makes some phones append their own ending to the name.
    const content = new Blob([text], { type: "application/octet-stream" });
    const address = URL.createObjectURL(content);
    el("a", { href: address, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(address), FILE_LIFETIME);
  });
}

/** @param {Given["licenseFile"]} file @param {Row} row */
function save(file, row) {
  if (download(file).done) row.say("done", t("key.saved"), savedAs(file.name));
  else row.say("failed", t("key.file"), t("key.notDownloaded"));
}

/** @param {Given} given @param {Row} row */
async function share({ product, computerName, computerKey }, row) {
  const title = t(`key.share.${computerName === null ? "unnamed" : "named"}`, { product, computer: computerName ?? "" });
  const shared = await inTime(() => navigator.share({ title, text: `${title}\n${computerKey}` }));
  // Closing the phone's own sheet again is a choice, not a failure.
  const closed = !shared.done && shared.error instanceof DOMException && shared.error.name === "AbortError";
  if (!shared.done && !closed) row.say("failed", t("key.share.button"), t("key.share.failed"));
}

function canShare() {
  const there = atOnce(() => typeof navigator.share === "function");
  return there.done && there.result;
}

/** A row that reads the key aloud, shows which group that is, and stops. @param {string} key */
function readRow(key) {
  const groups = key.split("-");
  let reading = 0;
  let isReading = false;
  /** @param {Row} row */
  async function read(row) {
    const own = ++reading;
    isReading = true;
    let begun = false;
    const said = await speak(readings(key), (place) => {
      begun = place > 0;
      const group = el("span", { class: "k", translate: "no" }, groups[place]);
      row.say("", t("key.stopReading"), el("span", { class: "is-read" }, t("key.readGroup", { number: place + 1 }), " · ", group));
    });
    if (own !== reading) return;
    isReading = false;
    if (said || begun) row.say("", t("key.readAgain"));
    else row.say("failed", t("key.read"), t("key.noVoice"));
  }
  /** @param {Row} row */
  function toggle(row) {
    if (!isReading) return void read(row);
    reading += 1;
    isReading = false;
    hush();
    row.say("", t("key.readAgain"));
  }
  return wayRow({ id: "read-aloud", label: t("key.read"), picture: "volume-2", onPress: toggle });
}

/** @param {Given} given */
export function openKeyWays(given) {
  const { computerKey, licenseFile, computerName } = given;
  const rows = [
    wayRow({ id: "copy", label: t("key.copy"), picture: "copy", onPress: (row) => void copy(computerKey, row) }),
    canSpeak() ? readRow(computerKey) : null,
    wayRow({
      id: "license-file", label: t("key.file"), more: t("key.fileHint"), picture: "file-down",
      onPress: (row) => save(licenseFile, row),
    }),
    wayRow({
      id: "file-as-qr", label: t("key.qr.button"), more: t("key.qr.hint"), picture: "qr-code",
      onPress: async (row) => {
        const isShown = await openFileQr({ file: licenseFile, computerName, save: () => download(licenseFile) });
        if (!isShown) row.say("failed", t("key.qr.button"), t("key.qr.failed"));
      },
    }),
    // Not waited for: the phone's sheet stays as long as the person likes, and some phones never say that it went.
    canShare() ? wayRow({ id: "share", label: t("key.share.button"), picture: "share-2", onPress: (row) => void share(given, row) }) : null,
  ];
  openSheet({
    name: "ways-sheet", title: t("key.ways"), onClose: hush,
    content: [el("ul", { class: "ways" }, ...rows)],
  });
}
