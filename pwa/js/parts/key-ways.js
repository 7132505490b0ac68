/**
 * The ways to take a key along other than typing it: copy, share, license file, QR code.
 */
import { atOnce, inTime, soon } from "../convenience.js";
import { el } from "../dom.js";
import { t } from "../i18n.js";
import { qrPicture } from "../qr.js";
import { button, buttonPair } from "./button.js";
import { openDialog } from "./dialog.js";
import { outcomeLine } from "./outcome.js";

/** @typedef {Omit<import("../api.js").Activation, "seats" | "formerComputerIds">} Given */
/** @typedef {ReturnType<typeof outcomeLine>} Outcome */

/** Milliseconds before a downloaded file's address is given back; some phones read it only after asking where to save. */
const FILE_LIFETIME = 60_000;

/**
 * The key as plain text, shown and selected where the page may not use the clipboard.
 *
 * @param {string} key
 */
function keyAsText(key) {
  const text = el("textarea", {
    class: "key-text", rows: key.length > 40 ? 4 : 2, readonly: true, hidden: true, dir: "ltr",
    translate: "no", spellcheck: "false", autocomplete: "off", "aria-label": t("key.asText"),
  });
  text.value = key;
  return text;
}

/**
 * @param {string} key
 * @param {Outcome} outcome
 * @param {HTMLTextAreaElement} text
 */
async function copy(key, outcome, text) {
  const copied = await soon(inTime(() => navigator.clipboard.writeText(key)));
  if (copied.done) return outcome.say(t("key.copied"), "good");
  text.hidden = false;
  text.focus();
  text.select();
  // On plain HTTP browsers offer no clipboard.
  outcome.say(t(window.isSecureContext ? "key.selected" : "key.selectedOnPlainHttp"), "note");
}

/**
 * @param {Given["licenseFile"]} file
 * @param {Outcome} outcome
 */
function download({ name, text }, outcome) {
  const begun = atOnce(() => {
    // Any other type makes some phones append their own ending to the name.
    const content = new Blob([text], { type: "application/octet-stream" });
    const address = URL.createObjectURL(content);
    el("a", { href: address, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(address), FILE_LIFETIME);
  });
  if (begun.done) outcome.say(t("key.downloaded", { name }), "good");
  else outcome.say(t("key.notDownloaded"), "note");
}

/**
 * @param {Given} given
 * @param {Outcome} outcome
 */
async function share({ product, computerName, computerKey }, outcome) {
  const title = t(`key.share.${computerName === null ? "unnamed" : "named"}`, { product, computer: computerName ?? "" });
  const shared = await inTime(() => navigator.share({ title, text: `${title}\n${computerKey}` }));
  // Closing the sheet again is a choice, not a failure.
  const closed = !shared.done && shared.error instanceof DOMException && shared.error.name === "AbortError";
  if (!shared.done && !closed) outcome.say(t("key.share.failed"), "note");
}

function canShare() {
  const there = atOnce(() => typeof navigator.share === "function");
  return there.done && there.result;
}

/**
 * @param {Given["licenseFile"]} file
 * @param {Outcome} outcome
 */
async function showQr({ name, text }, outcome) {
  const drawn = await inTime(() => qrPicture(text));
  if (!drawn.done) return outcome.say(t("key.qr.failed"), "note");
  openDialog({
    name: "file-qr",
    heading: el("h2", { class: "full-title" }, t("key.qr.title")),
    content: [
      el("img", { class: "qr", src: drawn.result, alt: t("key.qr.alt", { name }) }),
      el("p", { class: "hint" }, t("key.qr.how")),
    ],
  });
}

/** @param {Given} given */
export function keyWays(given) {
  const { computerKey, licenseFile } = given;
  const outcome = outcomeLine();
  const text = keyAsText(computerKey);
  const buttons = buttonPair(
    button({
      id: "copy", label: t("key.copy"), look: "secondary", picture: "copy",
      onPress: () => copy(computerKey, outcome, text),
    }),
    canShare() &&
      button({
        id: "share", label: t("key.share.button"), look: "secondary", picture: "share",
        // Not waited for: the sheet stays as long as the person likes, and some phones never say that it went.
        onPress: () => void share(given, outcome),
      }),
    button({
      id: "license-file", label: t("key.file"), look: "secondary", picture: "download",
      onPress: () => download(licenseFile, outcome),
    }),
    button({
      id: "file-as-qr", label: t("key.qr.button"), look: "secondary", picture: "scan",
      onPress: () => showQr(licenseFile, outcome),
    }),
  );
  return el("div", { class: "key-actions" }, buttons, text, outcome.line);
}
