import { judge } from "../codes.js";
import { el, fill } from "../dom.js";
import { hasWords, t } from "../i18n.js";
import { bar, button } from "../parts/button.js";
import { icon } from "../parts/icon.js";
import { pasteInOneLine } from "../paste.js";

/** @typedef {import("../api.js").Typed} Typed */
/** @typedef {import("../problem.js").Problem} Problem */

const FIELDS = /** @type {(keyof Typed)[]} */ (["activationKey", "computerId", "computerName"]);

/** A code as it should have been typed; what differs from what was typed is underlined. @param {string} meant @param {string} typed */
function corrected(meant, typed) {
  const before = typed.toUpperCase().replace(/[^0-9A-Z]/g, "");
  const symbols = meant.replace(/-/g, "");
  const isAligned = before.length === symbols.length;
  let place = -1;
  const marked = [...meant].map((symbol) => {
    if (symbol === "-") return "-";
    place += 1;
    return isAligned && before[place] !== symbol ? el("u", {}, symbol) : symbol;
  });
  return el("span", { class: "k", dir: "ltr", translate: "no" }, ...marked);
}

/** @param {HTMLInputElement} input @param {string} words @param {string | null} meant @param {() => void} changed */
function fault(input, words, meant, changed) {
  const use = () => {
    input.value = meant ?? "";
    changed();
    input.focus();
  };
  return el(
    "div",
    { class: "fix" },
    el("span", {}, words),
    meant !== null && corrected(meant, input.value),
    meant !== null && button({ id: "use-suggestion", label: t("typed.use"), look: "second", onPress: use }),
  );
}

/** @param {string} look @param {string} words */
function said(look, words) {
  return el("p", { class: `said ${look}` }, look === "ok" && icon("check"), words);
}

/**
 * What is said of a code below its field.
 *
 * @param {HTMLInputElement} input
 * @param {"activationKey" | "computerId"} name
 * @param {boolean} isLeft whether the person is done typing
 * @param {() => void} changed
 * @returns {{look: string, node: Node | null}}
 */
function verdict(input, name, isLeft, changed) {
  const found = judge(input.value, name);
  switch (found.state) {
    case "right": return { look: "ok", node: said("ok", t("typed.right")) };
    case "mistyped": return { look: "warn", node: fault(input, t("typed.group", { group: found.group }), found.meant, changed) };
    case "wrong": return { look: "warn", node: fault(input, t("typed.wrong"), null, changed) };
    case "unreadable": return { look: "warn", node: fault(input, t("typed.unreadable"), null, changed) };
    case "other": return { look: "warn", node: fault(input, t(`typed.${name}.other`), null, changed) };
    case "short": return { look: isLeft ? "warn" : "", node: said("hint", t("typed.short", { count: found.count })) };
    default: return { look: "", node: null };
  }
}

/**
 * @param {keyof Typed} name
 * @param {string} value
 * @param {Problem | null} problem
 */
function field(name, value, problem) {
  const isCode = name !== "computerName";
  const mine = problem !== null && problem.field === name;
  const answer = el("div", { id: `${name}-said`, "aria-live": "polite" });
  const input = el("input", {
    id: name, name, type: "text", class: isCode ? "in k" : "in", dir: isCode ? "ltr" : "auto", autocomplete: "off",
    autocapitalize: isCode ? "characters" : "off", autocorrect: "off", spellcheck: "false", translate: "no",
    maxlength: isCode ? 4096 : 40, required: isCode, "aria-describedby": answer.id,
    placeholder: isCode ? null : t("typed.computerName.example"), enterkeyhint: "next",
  });
  input.value = value;
  const show = (/** @type {string} */ look, /** @type {Node | null} */ node) => {
    input.className = `${isCode ? "in k" : "in"} ${look}`.trim();
    if (look === "warn") input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
    fill(answer, node);
  };
  const look = (/** @type {boolean} */ isLeft) => {
    if (name === "computerName") return show("", null);
    const found = verdict(input, name, isLeft, () => look(true));
    return show(found.look, found.node);
  };
  if (isCode) input.addEventListener("paste", pasteInOneLine);
  input.addEventListener("input", () => look(false));
  input.addEventListener("blur", () => {
    // What the server said of it stays until it is changed.
    if (!mine || input.value !== value) look(true);
  });
  if (mine) {
    const words = `typed.problems.${problem.code}`;
    const own = problem.suggestion === null && hasWords(words) ? t(words) : problem.suggestion === null ? problem.detail : t("typed.meant");
    show("warn", fault(input, own, problem.suggestion, () => look(true)));
  } else if (value !== "") look(true);
  const optional = isCode ? null : [" ", el("span", {}, t("typed.optional"))];
  return el("div", { class: "field" }, el("label", { for: name }, t(`typed.${name}.label`), optional), input, answer);
}

/** @param {HTMLFormElement} form @returns {Typed} */
function typedIn(form) {
  const data = new FormData(form);
  const text = (/** @type {keyof Typed} */ name) => String(data.get(name) ?? "").trim();
  return { activationKey: text("activationKey"), computerId: text("computerId"), computerName: text("computerName") };
}

/**
 * The codes by hand, for phones without a camera that reads them.
 *
 * @param {object} options
 * @param {Typed} options.values
 * @param {Problem | null} options.problem what the server said to them
 * @param {(typed: Typed) => Promise<void>} options.ask
 * @param {() => void} options.scan
 * @returns {import("../screen.js").View}
 */
export function typedView({ values, problem, ask, scan }) {
  const heading = el("h1", {}, t("typed.title"));
  const form = el("form", { class: "form", id: "typed-form", novalidate: false });
  const submit = button({
    id: "ask", label: t("typed.ask"), busyLabel: t("typed.asking"),
    onPress: () => (form.reportValidity() ? ask(typedIn(form)) : undefined),
  });
  form.append(...FIELDS.map((name) => field(name, values[name], problem)));
  // Enter presses this button; the form itself is never sent.
  submit.type = "submit";
  submit.setAttribute("form", form.id);
  form.addEventListener("submit", (event) => event.preventDefault());
  return {
    name: "typed", heading, announcement: problem === null ? t("typed.lead") : t("typed.mistyped"),
    content: [el("div", {}, heading, el("p", { class: "sub" }, t("typed.lead"))), form],
    bar: bar(submit, button({ id: "scan", label: t("typed.scan"), look: "quiet", picture: "scan-line", onPress: scan })),
  };
}
