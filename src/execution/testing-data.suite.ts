import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Where workflow files of real users lie, in folders; they are no part of the product. */
const FOLDER = join(process.env["CASARE_TEST_DATA"] ?? join("..", "shared", "data"), "workflows");

/** Workflow files of the Python system, by `folder/name`; none where the test data is missing. */
export function realWorkflows(): readonly { readonly name: string; readonly text: string }[] {
  if (!existsSync(FOLDER)) return [];
  return readdirSync(FOLDER).flatMap((folder) =>
    readdirSync(join(FOLDER, folder)).map((file) => ({
      name: `${folder}/${file}`,
      text: readFileSync(join(FOLDER, folder, file), "utf8"),
    })),
  );
}
