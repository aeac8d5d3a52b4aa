// Starts the application against a GitHub on loopback; THROTTLE=off takes Octokit's own throttling away.
import { Probot, ProbotOctokit, Server } from "probot";
import app from "./app.mjs";

const settings = {
  appId: process.env.APP_ID,
  privateKey: process.env.PRIVATE_KEY,
  secret: process.env.WEBHOOK_SECRET,
  baseUrl: process.env.GITHUB_API_URL,
  logLevel: "fatal",
};
if (process.env.THROTTLE === "off") {
  settings.Octokit = ProbotOctokit.defaults((given) => ({ ...given, throttle: { ...given.throttle, enabled: false } }));
}
const server = new Server({
  Probot: Probot.defaults(settings),
  host: "127.0.0.1",
  port: Number(process.env.PORT),
  webhookPath: "/webhook",
});
await server.load(app);
await server.start();
