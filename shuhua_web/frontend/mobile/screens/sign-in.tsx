/** Signing in, the first time and when the session has ended; what was stored stays. */
import { defineComponent, reactive, ref } from "vue";
import { Problem } from "../api/client";
import { choose, language, t } from "../i18n";
import { Button } from "../parts/vant";
import { replace } from "../router";
import { flush } from "../store/outbox";
import { session, signIn } from "../store/session";

export const SignInScreen = defineComponent(() => {
  const typed = reactive({ login: session.user?.login ?? "", password: "", device: session.device, otp: "" });
  const asksCode = ref(false);
  const busy = ref(false);
  const said = ref("");

  async function send(event: Event): Promise<void> {
    event.preventDefault();
    if (!typed.login || !typed.password) {
      said.value = t("login_missing");
      return;
    }
    busy.value = true;
    said.value = "";
    try {
      await signIn(typed.login.trim(), typed.password, typed.device.trim(), typed.otp.trim());
      replace("/");
      flush();
    } catch (error) {
      // Those with a second factor are asked for its code once the password was right.
      asksCode.value ||= error instanceof Problem && error.code === "second_factor_required";
      said.value = error instanceof Problem ? error.message : t("unreachable");
    } finally {
      busy.value = false;
    }
  }

  const field = (name: "login" | "password" | "device" | "otp", type: string, complete: string) => (
    <div class="field">
      <label class="field-label" for={name}>{t(name)}</label>
      <input
        class="input"
        id={name}
        name={name}
        type={type}
        autocomplete={complete}
        autocapitalize="none"
        value={typed[name]}
        onInput={(event: Event) => (typed[name] = (event.target as HTMLInputElement).value)}
      />
    </div>
  );

  return () => (
    <main class="sign-in">
      <h1>{t("app")}</h1>
      {session.expired ? <p class="notice notice-strong">{t("session_over")}</p> : null}
      <form onSubmit={(event: Event) => void send(event)}>
        {field("login", "text", "username")}
        {field("password", "password", "current-password")}
        {field("device", "text", "off")}
        {asksCode.value ? field("otp", "text", "one-time-code") : null}
        <p class="field-error" role="alert">{said.value}</p>
        <Button type="primary" block nativeType="submit" loading={busy.value} loadingText={t("signing_in")}>{t("sign_in")}</Button>
      </form>
      <button type="button" class="link-button" onClick={() => void choose(language.now === "zh" ? "en" : "zh")}>
        {language.now === "zh" ? "English" : "中文"}
      </button>
    </main>
  );
});
