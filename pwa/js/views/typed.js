import { el } from "../dom.js";
import { hasWords, rich, t } from "../i18n.js";
import { button, buttonColumn } from "../parts/button.js";
import { inlineCode } from "../parts/code.js";
import { pasteInOneLine } from "../paste.js";

/** @typedef {import("../api.js").Typed} Typed */

/**
 * @param {import("../problem.js").Problem} problem
 * @param {HTMLInputElement} input
 * @param {string} id
 */
function fault(problem, input, id) {
  const words = `typed.problems.${problem.code}`;
  const { suggestion } = problem;
  const use = () => {
    input.value = suggestion ?? "";
    input.focus();
  };
  return el(
    "div",
    { class: "fault", id },
    el("p", {}, hasWords(words) ? t(words) : problem.detail),
    suggestion !== null && el("p", {}, rich("typed.didYouMean", { code: inlineCode(suggestion) })),
    suggestion !== null && button({ id: "use-suggestion", label: t("typed.use"), look: "secondary", onPress: use }),
  );
}

/**
 * @param {keyof Typed} name
 * @param {string} value
 * @param {import("../problem.js").Problem | null} problem
 */
function field(name, value, problem) {
  const isCode = name !== "computerName";
  const hint = `${name}-hint`;
  const mine = problem !== null && problem.field === name;
  const input = el("input", {
    id: name, name, type: "text", class: isCode && "is-code", dir: isCode ? "ltr" : "auto", autocomplete: "off",
    autocapitalize: isCode ? "characters" : "off", autocorrect: "off", spellcheck: "false",
    maxlength: isCode ? 4096 : 40, required: isCode, "aria-invalid": mine && "true",
    "aria-describedby": mine ? `${hint} ${name}-fault` : hint,
  });
  input.value = value;
  if (isCode) input.addEventListener("paste", pasteInOneLine);
  return el(
    "div",
    { class: "field" },
    el("label", { for: name }, t(`typed.${name}.label`)),
    el("p", { class: "hint", id: hint }, t(`typed.${name}.hint`)),
    input,
    mine && fault(problem, input, `${name}-fault`),
  );
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
 * @param {import("../problem.js").Problem | null} options.problem what the server said to them
 * @param {(typed: Typed) => Promise<void>} options.ask
 * @param {() => void} options.back
 * @returns {import("../screen.js").View}
 */
export function typedView({ values, problem, ask, back }) {
  const heading = el("h1", {}, t("typed.title"));
  const form = el("form", { class: "typed-form" });
  const submit = button({
    id: "ask", label: t("typed.ask"), busyLabel: t("typed.asking"),
    onPress: () => (form.reportValidity() ? ask(typedIn(form)) : undefined),
  });
  form.append(
    ...["activationKey", "computerId", "computerName"].map((name) =>
      field(/** @type {keyof Typed} */ (name), values[/** @type {keyof Typed} */ (name)], problem),
    ),
    buttonColumn(submit, button({ id: "back", label: t("actions.back"), look: "secondary", onPress: back })),
  );
  // Enter presses the first button of this kind; the form itself is never sent.
  submit.type = "submit";
  submit.addEventListener("click", (event) => event.preventDefault());
  const card = el("div", { class: "card" }, heading, el("p", { class: "lead" }, t("typed.lead")), form, el("p", { class: "hint" }, t("confirm.nothingYet")));
  return { name: "typed", heading, content: [card], announcement: problem === null ? t("typed.lead") : t("typed.mistyped") };
}
