/** Draws the API's contract with Swagger UI. It asks this site alone: no validator, no CDN. */
const place = document.querySelector('#api-docs');

window.SwaggerUIBundle({
  url: place.dataset.contract,
  domNode: place,
  presets: [window.SwaggerUIBundle.presets.apis],
  layout: 'BaseLayout',
  deepLinking: true,
  validatorUrl: null,
  // Trying it out would send the reader's own session along.
  supportedSubmitMethods: [],
});
