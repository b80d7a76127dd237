import { type Mailer, MailFailure, sendTimeoutMs } from "./mail.ts";

/** A provider that takes a mail as JSON over HTTP: any 2xx is success, nothing else is. */
export function httpMailer(settings: { url: string; token: string; from: string }): Mailer {
  const { url, token, from } = settings;
  return {
    async send({ to, subject, text }) {
      const status = await post(url, token, { from, to: [to], subject, text });
      if (status < 200 || status > 299) throw new MailFailure(`The provider answered ${status}`);
    },
  };
}

async function post(url: string, token: string, mail: Record<string, unknown>): Promise<number> {
  try {
    const response = await fetch(url, {
      method: "POST",
      redirect: "manual",
      signal: AbortSignal.timeout(sendTimeoutMs),
      headers: {
        "content-type": "application/json",
        ...(token === "" ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(mail),
    });
    await response.body?.cancel();
    return response.status;
  } catch (error) {
    throw new MailFailure("The provider could not be reached or did not answer in time", error);
  }
}
