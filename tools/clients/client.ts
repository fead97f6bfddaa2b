// A client by openapi-typescript and openapi-fetch: the type checker reads each field below from the document.
import createClient from "openapi-fetch";
import type { paths } from "./schema.js";

declare const process: { argv: string[]; exit(code: number): never };


function check(holds: boolean, sentence: string): asserts holds {
  if (!holds) {
    console.error(`failed: ${sentence}`);
    process.exit(1);
  }
}

const client = createClient<paths>({ baseUrl: process.argv[2] ?? "" });

const heartbeat = await client.GET("/api/heartbeat");
check(heartbeat.data?.ai_horde.degraded === false, "the Horde answers");

const category = "text_generation";
const path = { model_category_name: category } as const;
const risks = await client.GET("/api/model_references/statistics/{model_category_name}/deletion-risk", {
  params: { path, query: { group_text_models: true, sort: "removal", risk_level: "high", limit: 3 } },
});
const rows = risks.data?.models ?? [];
check(rows.length === 3 && rows.every((row) => row.members !== null), "three families come back");
const month: number | null = rows[0]?.usage_month ?? null;
check(month === null || month >= 0, "usage is a number or unknown");

const records = await client.GET("/api/model_references/v2/{model_category_name}", { params: { path } });
const name = Object.keys(records.data ?? {}).find((known) => known.includes("/")) ?? "";
check(name !== "", "a name with a slash is among the records");
const detail = await client.GET(
  "/api/model_references/statistics/{model_category_name}/deletion-risk/{model_name}",
  { params: { path: { ...path, model_name: name } } },
);
check(detail.data?.name === name, "its detail is found by its name");

const found = await client.GET("/api/model_references/v2/{model_category_name}/search", {
  params: { path, query: { name_contains: name, limit: 1 } },
});
check(found.data !== undefined && found.data.total >= 1, "a search finds it");

const usage = await client.GET("/api/model_references/statistics/{model_category_name}/with-stats", {
  params: { path, query: { include_workers: true } },
});
check(usage.data?.[name]?.usage_stats.month === detail.data.usage_month, "both routes tell the same usage");

const unknown = await client.GET("/api/model_references/v2/{model_category_name}/model/{model_name}", {
  params: { path: { ...path, model_name: "no such model" } },
});
check(unknown.response.status === 404 && unknown.error?.code === "model_unknown", "an unknown model is a problem");

const plan = await client.POST("/api/model_references/v2/{model_category_name}/deletion-plan", {
  params: { path: { model_category_name: "image_generation" } },
  body: { policy: { limits: { max_models: 1 } } },
});
check((plan.data?.effect.models ?? 2) <= 1, "a plan follows its policy");
console.log(`openapi-typescript: ${rows.length} families, ${plan.data?.verdicts.length} verdicts, all as documented`);
