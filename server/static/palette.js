/**
 * The search for everything, by "/" or Ctrl+K: things first, then what can be done on this page, then where else one can go.
 */
import { atOnce, inTime, soon } from "/pwa/js/convenience.js";
import { answered, here, recent, remember } from "./palette_sources.js";

/**
 * @typedef {{name?: string, code?: string, also?: string, whose?: string, said?: string, icon: string, key?: string, copies?: string,
 *   href?: string, run?: () => void}} Entry
 * @typedef {{title: string, entries: Entry[]}} Group
 * @typedef {"recent" | "licenses" | "computers" | "customers" | "here" | "everywhere" | "search" | "none" | "unanswered" | "count" | "copied" | "not_copied"} Word
 */

/** @type {Record<Word, string>} in the language of the page */
const WORDS = JSON.parse(document.getElementById("palette-words")?.textContent ?? "{}");
/** @type {Entry[]} */
const PLACES = JSON.parse(document.getElementById("palette-places")?.textContent ?? "[]");
/** The kinds of things, in the order in which they are shown. @type {("recent" | "computers" | "customers" | "licenses")[]} */
const KINDS = ["recent", "computers", "customers", "licenses"];
/** How long somebody stops typing before the server is asked, in milliseconds. */
const PAUSE_MS = 120;
const ICONS = "/pwa/vendor/lucide/icons.svg";
// Before the token in a wizard's link, also as mail programs write it; no key, name or address has it.
const IN_A_LINK = /#|%(?:25)*23/;

/** @param {string} text */
const folded = (text) => text.normalize("NFKC").toLowerCase();

/** Where in a text a word begins with what was typed, -1 for nowhere. @param {string} text @param {string} typed */
function place(text, typed) {
  const all = folded(text);
  // Where folding made it longer, no place in it is one in the text.
  if (typed === "" || all.length !== text.length) return -1;
  for (let at = all.indexOf(typed); at >= 0; at = all.indexOf(typed, at + 1)) {
    if (at === 0 || !/[\p{L}\p{N}]/u.test(all[at - 1])) return at;
  }
  return -1;
}

/** @param {string} icon */
function sign(icon) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.classList.add("i");
  svg.setAttribute("aria-hidden", "true");
  svg.append(document.createElementNS("http://www.w3.org/2000/svg", "use"));
  svg.firstElementChild?.setAttribute("href", `${ICONS}#${icon}`);
  return svg;
}

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} css
 * @param {...(string | Node)} inside
 */
function made(tag, css, ...inside) {
  const element = document.createElement(tag);
  element.className = css;
  element.append(...inside);
  return element;
}

/** A text in which what was typed is marked. @param {string} text @param {string} typed */
function marked(text, typed) {
  const at = place(text, typed);
  if (at < 0) return [text];
  return [text.slice(0, at), made("mark", "", text.slice(at, at + typed.length)), text.slice(at + typed.length)];
}

/** A code of which the symbols that were typed are marked, with dashes or without. @param {string} code @param {string} typed */
function markedCode(code, typed) {
  const symbols = typed.replace(/[^0-9a-z]/g, "").length;
  let end = 0;
  for (let seen = 0; end < code.length && seen < symbols; end += 1) if (code[end] !== "-") seen += 1;
  const isTyped = folded(code).replaceAll("-", "").startsWith(typed.replace(/[^0-9a-z]/g, "")) && symbols > 0;
  const parts = isTyped ? [made("mark", "", code.slice(0, end)), code.slice(end)] : [code];
  return made("span", "k plain", ...parts);
}

/** How something stands; a long name of whose it is gives way to that. @param {string} said @param {string} [whose] */
function stands(said, whose) {
  if (!whose) return made("small", "", said);
  const name = made("span", "cut", whose);
  name.dir = "auto";
  return made("small", "", name, made("span", "", `\u00a0· ${said}`));
}

/** @param {Entry} entry @param {string} typed */
function option(entry, typed) {
  const name = made("span", "grow cut");
  name.dir = "auto";
  if (entry.name) name.append(...marked(entry.name, typed));
  // The code is shown where it is the name, and where it is what was typed.
  const isSought = entry.code !== undefined && place(entry.name ?? "", typed) < 0 && typed !== "";
  if (entry.code && !entry.name) name.append(markedCode(entry.code, typed));
  else if (entry.code && isSought) name.append(" ", markedCode(entry.code, typed));
  if (entry.also && entry.also !== entry.name && place(entry.name ?? "", typed) < 0) {
    name.append(" ", made("span", "muted", ...marked(entry.also, typed)));
  }
  const item = made("li", "", sign(entry.icon), name);
  item.setAttribute("role", "option");
  if (entry.said) item.append(stands(entry.said, entry.whose));
  if (entry.key) item.append(made("kbd", "", entry.key));
  const enter = sign("corner-down-left");
  enter.classList.add("enter");
  item.append(enter);
  return item;
}

/**
 * @param {HTMLDialogElement} dialog
 * @param {HTMLFormElement} form
 * @param {HTMLInputElement} input
 * @param {HTMLElement} list
 * @param {HTMLElement} heard
 */
function init(dialog, form, input, list, heard) {
  /** @type {Entry[]} */
  let shown = [];
  let chosen = 0;
  /** What the server found last, and for what. @type {Partial<Record<string, Entry[]>>} */
  let found = {};
  let asked = 0;
  let pause = 0;
  let fails = false;
  const operator = dialog.dataset.operator ?? "";

  const typed = () => folded(input.value.trim());

  const mark = () => {
    const options = list.querySelectorAll('[role="option"]');
    options.forEach((one, at) => one.setAttribute("aria-selected", String(at === chosen)));
    input.setAttribute("aria-activedescendant", options[chosen]?.id ?? "");
    options[chosen]?.scrollIntoView({ block: "nearest" });
  };

  /** @param {Entry} entry */
  const run = (entry) => {
    dialog.close();
    if (entry.run) entry.run();
    else if (entry.href) location.assign(entry.href);
  };

  /** @returns {Group[]} */
  const groups = () => {
    const text = typed();
    const isFound = KINDS.some((kind) => found[kind]?.length);
    // Below what was found, what has a key of its own is offered anyway: it is what people do next.
    const fits = (/** @type {Entry} */ entry) => text === "" || place(entry.name ?? "", text) >= 0 || (isFound && entry.key !== undefined && /^[A-Z]$/.test(entry.key));
    // What this page does itself is said once, there, with the key that it has everywhere.
    const own = here().map((entry) => ({ ...entry, key: entry.key ?? PLACES.find((one) => one.name === entry.name)?.key }));
    const everywhere = PLACES.filter((one) => fits(one) && !own.some((entry) => entry.name === one.name));
    if (text !== "") everywhere.push({ name: WORDS.search.replace("{typed}", () => input.value.trim()), icon: "search", run: () => form.requestSubmit() });
    const things = KINDS.map((kind) => ({ title: WORDS[kind], entries: found[kind] ?? [] }));
    return [...things, { title: WORDS.here, entries: own.filter(fits) }, { title: WORDS.everywhere, entries: everywhere }];
  };

  const show = () => {
    const text = typed();
    /** @type {Node[]} */
    const nodes = [];
    shown = [];
    for (const [number, { title, entries }] of groups().entries()) {
      if (entries.length === 0) continue;
      const heading = made("h3", "", title);
      heading.id = `hits-${number}`;
      heading.setAttribute("role", "presentation");
      const group = made("ul", "");
      group.setAttribute("role", "group");
      group.setAttribute("aria-labelledby", heading.id);
      for (const entry of entries) {
        const item = option(entry, text);
        item.id = `hit-${shown.length}`;
        item.addEventListener("click", () => run(entry));
        group.append(item);
        shown.push(entry);
      }
      nodes.push(heading, group);
    }
    if (fails) nodes.push(made("p", "soft", WORDS.unanswered));
    list.replaceChildren(...nodes);
    chosen = Math.min(chosen, Math.max(0, shown.length - 1));
    mark();
  };

  const ask = async () => {
    const own = (asked += 1);
    const body = new FormData(form);
    for (const one of typed() === "" ? recent(operator) : []) body.append("recent", one);
    const answer = await inTime(() => answered(dialog.dataset.glance ?? "", body));
    // Of several, the last one counts: it is for what stands in the field.
    if (own !== asked || !dialog.open) return;
    fails = !answer.done;
    const before = shown[chosen]?.href;
    found = answer.done ? answer.result : {};
    show();
    // Who has gone on to an entry keeps it, wherever it stands now.
    const moved = shown.findIndex((entry) => chosen > 0 && entry.href !== undefined && entry.href === before);
    if (moved >= 0) chosen = moved;
    mark();
    heard.textContent = shown.length ? WORDS.count.replace("{count}", String(shown.length)) : WORDS.none;
  };

  const look = () => {
    clearTimeout(pause);
    chosen = 0;
    asked += 1;
    const text = typed();
    // What was found for less and still fits stays until the answer is there.
    found = text === "" ? {} : Object.fromEntries(
      Object.entries(found).map(([kind, entries]) => [kind, kind === "recent" ? [] : (entries ?? []).filter((one) => place(one.name ?? one.code ?? "", text) >= 0)]),
    );
    show();
    pause = setTimeout(ask, text === "" ? 0 : PAUSE_MS);
  };

  const copy = async () => {
    const text = shown[chosen]?.copies;
    if (!text || input.selectionStart !== input.selectionEnd) return;
    const copied = await soon(inTime(() => navigator.clipboard.writeText(text)));
    heard.textContent = copied.done ? WORDS.copied : WORDS.not_copied;
    const item = list.querySelectorAll('[role="option"]')[chosen];
    item?.querySelector(".enter use")?.setAttribute("href", `${ICONS}#${copied.done ? "check" : "x"}`);
  };

  /** @param {string} [text] */
  const open = (text = "") => {
    if (document.querySelector("dialog[open]")) return;
    input.value = text;
    found = {};
    fails = false;
    dialog.showModal();
    input.focus();
    look();
  };

  input.addEventListener("input", look);
  input.addEventListener("paste", (event) => {
    const text = event.clipboardData?.getData("text") ?? "";
    if (!IN_A_LINK.test(text)) return;
    event.preventDefault();
    input.value = text.replace(/\s+/g, "");
    form.requestSubmit();
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && shown.length > 0) {
      event.preventDefault();
      chosen = (chosen + step + shown.length) % shown.length;
      mark();
    } else if (event.key === "Enter" && !IN_A_LINK.test(input.value) && shown[chosen]) {
      event.preventDefault();
      run(shown[chosen]);
    } else if (event.key.toLowerCase() === "c" && (event.ctrlKey || event.metaKey)) copy();
  });
  list.addEventListener("pointermove", (event) => {
    const item = event.target instanceof Element ? event.target.closest('[role="option"]') : null;
    const at = item ? [...list.querySelectorAll('[role="option"]')].indexOf(item) : -1;
    if (at < 0 || at === chosen) return;
    chosen = at;
    mark();
  });
  // Beside it is outside of it.
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  dialog.addEventListener("close", () => {
    clearTimeout(pause);
    asked += 1;
  });

  const opener = document.querySelector("input[data-opens-palette]");
  if (opener instanceof HTMLInputElement) {
    const take = () => {
      const text = opener.value;
      opener.value = "";
      open(text);
    };
    opener.setAttribute("aria-haspopup", "dialog");
    opener.addEventListener("click", take);
    opener.addEventListener("input", (event) => { if (event instanceof InputEvent && !event.isComposing && !IN_A_LINK.test(opener.value)) take(); });
    opener.addEventListener("paste", (event) => { if (IN_A_LINK.test(event.clipboardData?.getData("text") ?? "")) setTimeout(() => opener.form?.requestSubmit()); });
    opener.addEventListener("keydown", (event) => {
      if (event.key !== "ArrowDown") return;
      event.preventDefault();
      take();
    });
  }
  addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
    event.preventDefault();
    open();
  });
  atOnce(() => remember(operator));
  return open;
}

const dialog = document.getElementById("palette");
const [form, input, list, heard] = ["form", "input[name=sought]", '[role="listbox"]', '[role="status"]'].map((one) => dialog?.querySelector(one));
if (dialog instanceof HTMLDialogElement && form instanceof HTMLFormElement && input instanceof HTMLInputElement && list instanceof HTMLElement && heard instanceof HTMLElement) {
  const open = init(dialog, form, input, list, heard);
  document.addEventListener("keyferry:search", () => open());
}
