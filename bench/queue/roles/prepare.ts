import { serve } from "../serve.ts";
import { type SystemName, systemNamed } from "../systems/index.ts";

serve({
  prepare: ({ system, url }: { readonly system: SystemName; readonly url: string }) => systemNamed(system).prepare(url),
});
