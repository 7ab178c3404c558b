import { fc, test as prop } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { homeHash, markerSwitch, readMarker } from "./marker.ts";

describe("marker", () => {
  prop.prop([
    fc.record({
      home: fc.stringMatching(/^[0-9a-f]{16}$/),
      owner: fc.record({
        pid: fc.integer({ min: 1, max: 4_194_304 }),
        start: fc.nat().map(String),
        namespace: fc.oneof(fc.constant("-"), fc.nat().map(String)),
      }),
    }),
  ])("comes back from a command line as it was written", (marker) => {
    expect(readMarker(["/opt/chrome", "--headless", markerSwitch(marker), "--no-startup-window"])).toEqual(marker);
  });

  prop.prop([fc.array(fc.string())])("is found in no command line that is not ours", (commandLine) => {
    expect(readMarker(commandLine)).toBeUndefined();
  });

  test.each(["", "abc", "0123456789abcdef.x.1.-", "0123456789abcdef.12.1", "0123456789abcdef.12.1.-;rm"])(
    "is not read off damaged text: %j",
    (text) => {
      expect(readMarker([`--casare-owner=${text}`])).toBeUndefined();
    },
  );

  test("tells homes apart", async () => {
    expect(await homeHash("/srv/one")).not.toBe(await homeHash("/srv/two"));
    expect(await homeHash("/srv/one")).toMatch(/^[0-9a-f]{16}$/);
  });
});
