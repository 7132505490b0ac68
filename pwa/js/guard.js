/**
 * Runs before the page's module, in browsers that may not know modules, or a word in them: it shows at once what the page
 * says when it cannot start, in place of something that turns for ever. Written for browsers of ten years ago.
 */
(function () {
  function stuck() {
    var boot = document.querySelector("main.boot");
    if (boot) boot.className = "boot is-stuck";
  }
  window.onerror = stuck;
  window.onunhandledrejection = stuck;
  if (!("noModule" in document.createElement("script"))) stuck();
})();
