/**
 * The license file as a QR code for the computer's webcam: white to the edges in both themes.
 */
import { inTime } from "../convenience.js";
import { el, fill } from "../dom.js";
import { rich, t } from "../i18n.js";
import { licenseCode } from "../license-code.js";
import { qrPicture } from "../qr.js";
import { button } from "./button.js";
import { aboutComputer, savedAs } from "./names.js";
import { openFull } from "./sheet.js";

/**
 * @param {object} options
 * @param {{name: string, text: string}} options.file
 * @param {string | null} options.computerName
 * @param {() => {done: boolean}} options.save
 * @returns {Promise<boolean>} whether the code could be drawn
 */
export async function openFileQr({ file, computerName, save }) {
  const drawn = await inTime(() => qrPicture(licenseCode(file.text)));
  if (!drawn.done) return false;
  const name = el("span", { class: "k", dir: "ltr", translate: "no" }, file.name);
  const how = el("p", { class: "sub", id: "file-qr-how" }, ...rich("key.qr.save", { name }));
  const keep = button({
    id: "file-qr-save", label: t("key.qr.asFile"), look: "quiet", picture: "file-down",
    onPress: () => {
      fill(how, save().done ? savedAs(file.name) : t("key.notDownloaded"));
    },
  });
  const picture = el("img", { class: "big-qr", src: drawn.result, translate: "no", alt: t("key.qr.alt", { name: file.name }) });
  const stage = el(
    "div",
    { class: "stage", role: "group", tabindex: "0", "aria-label": t("key.qr.title") },
    picture,
    el("p", {}, aboutComputer("key.qr.how", computerName)),
    how,
  );
  const foot = el("div", { class: "bar" });
  const { close, fit } = openFull({
    name: "file-qr", look: "paper", heading: el("h2", {}, t("key.qr.title")), content: [stage, foot],
  });
  foot.append(button({ id: "file-qr-done", label: t("actions.done"), onPress: close }), keep);
  picture.addEventListener("load", fit);
  fit();
  return true;
}
