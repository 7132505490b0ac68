import { el } from "../dom.js";
import { list, t } from "../i18n.js";
import { announce } from "../screen.js";
import { button } from "../parts/button.js";
import { typedKey } from "../parts/code.js";
import { factList, identity, validity } from "../parts/facts.js";
import { aboutComputer, properName } from "../parts/names.js";
import { seatSentence } from "../parts/seats.js";

/** Milliseconds before a downloaded file's address is given back; some phones read it only after asking where to save. */
const FILE_LIFETIME = 60_000;

/** A line below the buttons that says what came of a tap. */
function outcomeLine() {
  const line = el("p", { class: "outcome" });
  return {
    line,
    say(/** @type {string} */ words, /** @type {"good" | "note"} */ tone) {
      line.textContent = words;
      line.className = `outcome is-${tone}`;
      announce(words);
    },
  };
}

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
 * @param {ReturnType<typeof outcomeLine>} outcome
 * @param {HTMLTextAreaElement} text
 */
async function copy(key, outcome, text) {
  try {
    // Absent on plain HTTP, where browsers offer no clipboard.
    if (navigator.clipboard === undefined) throw new DOMException("No clipboard here.", "NotAllowedError");
    await navigator.clipboard.writeText(key);
    outcome.say(t("key.copied"), "good");
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    text.hidden = false;
    text.focus();
    text.select();
    outcome.say(t(window.isSecureContext ? "key.selected" : "key.selectedOnPlainHttp"), "note");
  }
}

/**
 * @param {import("../api.js").Activation["licenseFile"]} file
 * @param {ReturnType<typeof outcomeLine>} outcome
 */
function download({ name, text }, outcome) {
  // Any other type makes some phones append their own ending to the name.
  const content = new Blob([text], { type: "application/octet-stream" });
  const address = URL.createObjectURL(content);
  el("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), FILE_LIFETIME);
  outcome.say(t("key.downloaded", { name }), "good");
}

/** @param {import("../api.js").Activation} activation */
function keyButtons({ computerKey, licenseFile }) {
  const outcome = outcomeLine();
  const text = keyAsText(computerKey);
  const pair = el(
    "div",
    { class: "button-pair" },
    button({
      id: "copy", label: t("key.copy"), look: "secondary", picture: "copy",
      onPress: () => copy(computerKey, outcome, text),
    }),
    button({
      id: "license-file", label: t("key.file"), look: "secondary", picture: "download",
      onPress: () => download(licenseFile, outcome),
    }),
  );
  return el("div", { class: "key-actions" }, pair, text, outcome.line);
}

/** @param {import("../api.js").Activation} activation */
function facts(activation) {
  const { used, total } = activation.seats;
  return factList([
    validity(activation.expires),
    [t("facts.seats"), ...seatSentence("facts.seatsInUse", used, total)],
    activation.features.length === 0 ? null : [t("facts.features"), properName(list(activation.features))],
    ...identity(activation),
  ]);
}

/**
 * @param {import("../api.js").Activation} activation
 * @param {{kept: boolean, finish: () => void}} actions
 */
function receipt(activation, { kept, finish }) {
  const done = button({ id: "finish", label: t("actions.done"), look: "secondary", onPress: finish });
  return el(
    "div",
    { class: "receipt" },
    facts(activation),
    el("p", { class: "hint" }, t(kept ? "key.kept" : "key.notKept")),
    el("div", { class: "actions" }, done),
  );
}

/**
 * The computer key, to be typed on another keyboard while reading it here.
 *
 * @param {import("../api.js").Activation} activation
 * @param {{kept: boolean, finish: () => void}} actions `kept`: whether the phone keeps the key
 * @returns {import("../screen.js").View}
 */
export function keyView(activation, actions) {
  const { style, computerKey } = activation;
  const heading = el("h1", {}, aboutComputer("key.title", activation.computerName));
  const lead = t(`key.${style}.lead`);
  const typing = [typedKey(computerKey), el("p", { class: "hint" }, t("key.reading"))];
  // A long key is better carried as a file: then the buttons come before the rows.
  const buttons = keyButtons(activation);
  const steps = ["type", "check", "keep"].map((step) => el("li", {}, t(`key.${style}.steps.${step}`)));
  const card = el(
    "div",
    { class: `card is-key is-${style}` },
    el("div", { class: "opening" }, heading, el("p", { class: "lead" }, lead)),
    el("div", { class: "key-side" }, ...(style === "signed" ? [buttons, ...typing] : [...typing, buttons])),
    el(
      "div",
      { class: "next-side" },
      el("div", { class: "next-steps" }, el("h2", {}, t("key.next")), el("ol", { class: "steps" }, ...steps)),
      receipt(activation, actions),
    ),
  );
  return { name: "key", heading, content: [card], announcement: lead };
}
