// One step of signing in, through the same pages as everybody: their forms are fetched and sent,
// and what the page says is read from it. There is no second way in.

const OFFLINE = "There is no connection to the server: try again when it is back.";

/** @param {Response} answer */
async function page(answer) {
  const text = await answer.text();
  const html = new DOMParser().parseFromString(text, "text/html");
  const options = html.getElementById("js_data");
  return {
    at: new URL(answer.url).pathname,
    text,
    token: html.querySelector("[name=csrfmiddlewaretoken]")?.value,
    problem: html.querySelector(".invalid-feedback, .errorlist, .alert, .notice-error")?.textContent.trim(),
    options: options && JSON.parse(options.textContent).request_options,
  };
}

const look = async (url) => page(await fetch(url, { cache: "no-store", headers: { Accept: "text/html" } }));

async function send(url, token, fields, next) {
  const body = new URLSearchParams({ ...fields, csrfmiddlewaretoken: token, next });
  return page(await fetch(url, { method: "POST", body, headers: { "X-CSRFToken": token, Accept: "text/html" } }));
}

/** What came of it: the session's state, another step, or a sentence. */
function outcome(found, urls, mode) {
  if (found.at === urls.state) return { state: JSON.parse(found.text) };
  if (found.at.endsWith("/2fa/authenticate/")) return { needs: "code", problem: mode === "code" ? found.problem : "" };
  if (found.at.endsWith("/2fa/")) return { problem: "This account has no second factor yet: press “Somebody else” and set it up there." };
  return { problem: found.problem || "That password is not right." };
}

/**
 * @param {DOMStringMap} urls
 * @param {{mode: string, email: string, password?: string, code?: string, sign?: Function}} step
 */
export async function signInStep(urls, step) {
  try {
    return await (step.mode === "locked" ? unlock(urls, step) : signIn(urls, step));
  } catch (error) {
    if (error instanceof TypeError) return { problem: OFFLINE };
    throw error;
  }
}

async function unlock(urls, step) {
  const to = step.sign ? urls.passkeyPage : urls.confirm;
  const form = await look(to);
  if (form.at === urls.login) return signIn(urls, step); // over meanwhile
  if (step.sign && !form.options) return { problem: "This account has no passkey: write the password." };
  const fields = step.sign ? { credential: JSON.stringify(await step.sign(form.options)) } : { password: step.password };
  return outcome(await send(to, form.token, fields, urls.state), urls, step.mode);
}

async function signIn(urls, step) {
  const form = await look(`${urls.login}?next=${encodeURIComponent(urls.state)}`);
  if (form.at === urls.state) return { state: JSON.parse(form.text) }; // signed in, in another tab
  if (form.at !== urls.login && step.mode !== "code") return { needs: "locked", state: await (await fetch(urls.state)).json() };
  if (step.sign) {
    const { request_options: options } = await (await fetch(urls.passkeyLogin, { cache: "no-store", headers: { Accept: "application/json" } })).json();
    return outcome(await send(urls.passkeyLogin, form.token, { credential: JSON.stringify(await step.sign(options)) }, urls.state), urls, step.mode);
  }
  if (step.mode === "code") {
    const second = await look(urls.login.replace("login/", "2fa/authenticate/"));
    if (!second.at.endsWith("/2fa/authenticate/")) return { problem: "That took too long: write the password again.", needs: "" };
    return outcome(await send(second.at, second.token, { code: step.code }, urls.state), urls, step.mode);
  }
  return outcome(await send(urls.login, form.token, { login: step.email, password: step.password }, urls.state), urls, step.mode);
}
