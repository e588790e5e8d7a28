// Adds the files named on the command line to the entry points of ./deno.json, and publishes whatever lies beside them.
import { readFileSync, writeFileSync } from "node:fs";
import { argv } from "node:process";

const config = JSON.parse(readFileSync("deno.json", "utf8"));
for (const file of argv.slice(2)) config.exports[`./${file}`] = `./${file}`;
delete config.publish;
writeFileSync("deno.json", JSON.stringify(config));
