/**
 * The form in which licenses are issued: what it means stands beside it, and whose the typed address is.
 */
export {};

/** @type {Record<string, string>} in the language of the page */
const WORDS = JSON.parse(document.getElementById("issuing-words")?.textContent ?? "{}");
const PAUSE_MS = 300;

/** @param {string} name @param {Record<string, number | string>} values */
const words = (name, values = {}) =>
  Object.entries(values).reduce((text, [key, value]) => text.replace(`{${key}}`, value.toLocaleString("en-US")), WORDS[name] ?? "");

/** @param {HTMLFormElement} form */
function init(form) {
  const known = form.querySelector("[data-known]");
  let name = "";
  let asked = "";

  /** @param {string} fact @param {string} text */
  const show = (fact, text) => {
    const place = document.querySelector(`[data-fact="${fact}"]`);
    if (place && place.textContent !== text) place.textContent = text;
  };

  /** @param {string} text */
  const day = (text) => new Date(`${text}T12:00:00Z`).toLocaleDateString("en-US", { year: "numeric", month: "short", day: "numeric", timeZone: "UTC" });

  const sum = () => {
    const data = new FormData(form);
    const typed = (/** @type {string} */ field) => String(data.get(field) ?? "").trim();
    const [count, seats, term] = [Number(typed("count")), Number(typed("seats")), typed("term")];
    if (Number.isInteger(count)) show("count", count === 1 ? words("one") : words("many", { count }));
    if (Number.isInteger(seats) && Number.isInteger(count)) {
      show("seats", count > 1 ? words("each", { each: seats, all: seats * count }) : words("one_each", { each: seats }));
    }
    const product = form.elements.namedItem("product");
    if (product instanceof HTMLSelectElement) show("product", product.selectedOptions[0]?.textContent ?? "");
    show("features", data.getAll("feature").join(", ") || words("none"));
    const [expires, days] = [typed("expires"), typed("days")];
    if (term === "date") show("ends", expires ? day(expires) : "…");
    else show("ends", term === "days" ? words("days", { days: days || "…" }) : words("never"));
    show("lease", typed("lease_days") ? words("lease", { days: typed("lease_days") }) : words("off"));
    show("customer", name || typed("email") || words("none"));
    show("order", typed("order") || words("none"));
  };

  const ask = async () => {
    const data = new FormData(form);
    const email = String(data.get("email") ?? "").trim();
    if (!(known instanceof HTMLElement) || email === asked) return;
    asked = email;
    name = "";
    known.hidden = true;
    sum();
    if (!email.includes("@")) return;
    try {
      const body = new URLSearchParams({ csrf_token: String(data.get("csrf_token")), email });
      const answer = await fetch(known.dataset.asks ?? "", { method: "POST", body, redirect: "error" });
      if (!answer.ok || email !== asked) return;
      /** @type {{ name: string, said: string }} */
      const found = await answer.json();
      name = found.name;
      const place = known.querySelector("span");
      if (place) place.textContent = found.said;
      known.hidden = found.said === "";
      sum();
    } catch {
      // Without an answer, the address alone stands there.
    }
  };

  let waits = 0;
  form.addEventListener("input", () => {
    sum();
    clearTimeout(waits);
    waits = setTimeout(ask, PAUSE_MS);
  });
  form.addEventListener("change", sum);
  if (form.querySelector('[aria-invalid="true"]') === null) ask();
  sum();
}

const form = document.getElementById("issue");
if (form instanceof HTMLFormElement) init(form);
