import { defineConfig } from "vitest/config";

/**
 * Which project a test belongs to is told by its name: `x.test.ts` touches nothing outside the process and the file
 * system, `x.db.test.ts` talks SQL, `x.browser.test.ts` drives a page, `test/e2e/x.e2e.test.ts` runs the product's processes.
 */
export default defineConfig({
  test: {
    pool: "forks",
    maxWorkers: 2,
    reporters: process.env["CI"] ? ["default", "./scripts/ci-reporter.ts"] : ["default"],
    projects: [
      {
        test: {
          name: "unit",
          include: [
            "src/**/*.test.ts",
            "test/unit/**/*.test.ts",
            "test/chaos/**/*.test.ts",
            "scripts/**/*.test.ts",
            "examples/**/*.test.ts",
          ],
          exclude: ["**/*.db.test.ts", "**/*.browser.test.ts", "**/node_modules/**"],
        },
      },
      {
        test: {
          name: "db",
          include: ["src/**/*.db.test.ts", "test/**/*.db.test.ts"],
          globalSetup: ["./test/support/global-postgres.ts"],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "browser",
          include: ["src/**/*.browser.test.ts", "test/**/*.browser.test.ts", "examples/**/*.browser.test.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.e2e.test.ts"],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          fileParallelism: false,
          globalSetup: ["./test/support/global-postgres.ts", "./test/support/global-build.ts"],
        },
      },
    ],
  },
});
