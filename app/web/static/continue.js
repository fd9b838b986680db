// A page that shows how far a long piece of work is asks for the next part by itself; without scripts its button does.
const form = document.querySelector("form[data-continue]");
if (form) {
  form.requestSubmit();
}
