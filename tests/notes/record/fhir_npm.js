// Reads a list of bundles and writes what npm fhir has against each: its errors and warnings.
const { Fhir } = require("fhir");

const bundles = JSON.parse(require("fs").readFileSync(0, "utf8"));
const fhir = new Fhir();
const said = bundles.map((bundle) =>
  fhir.validate(bundle).messages
    .filter((message) => message.severity === "error" || message.severity === "fatal")
    .map((message) => `${message.location}: ${message.message}`)
);
process.stdout.write(JSON.stringify(said));
