import { expect, test } from "vitest";
import { stringFormat } from "./formats.ts";

/** Per format: texts that pass, and texts that do not. */
const CASES: Record<string, [good: string[], bad: string[]]> = {
  "date-time": [
    ["2024-02-29T12:00:00Z", "2024-02-29T12:00:00.123456+02:00", "2024-02-29t12:00:00z"],
    ["2024-02-29 12:00:00", "2024-02-30T12:00:00Z", "2024-02-29T12:00:00", "2024-02-29T24:00:00Z", "x"],
  ],
  date: [["2024-02-29"], ["2023-02-29", "2024-2-9", "2024-00-10", ""]],
  duration: [
    ["1h30m", "-1.5s", "0", "P1D", "3 days", "10 seconds", "2w"],
    ["", "1", "x", "99999999999999999999h"],
  ],
  uuid: [["6ba7b810-9dad-11d1-80b4-00c04fd430c8", "6BA7B8109DAD11D180B400C04FD430C8"], ["6ba7b810-9dad-11d1-80b4"]],
  uuid4: [["f47ac10b-58cc-4372-a567-0e02b2c3d479"], ["6ba7b810-9dad-11d1-80b4-00c04fd430c8"]],
  ipv4: [
    ["10.0.0.1", "010.0.0.1", "::ffff:1.2.3.4"],
    ["10.0.0.256", "::1", "10.0.0", ""],
  ],
  ipv6: [
    ["::1", "2001:DB8::1", "::ffff:1.2.3.4"],
    ["10.0.0.1", "fe80::1%eth0", "1:2"],
  ],
  cidr: [
    ["10.0.0.0/8", "10.0.0.1/8", "2001:db8::/32", "010.1.1.1/08"],
    ["10.0.0.0/33", "10.0.0.0", "2001:db8::/129", "10.0.0.0/-1"],
  ],
  mac: [
    ["01:23:45:67:89:ab", "01-23-45-67-89-AB-CD-EF", "0123.4567.89ab"],
    ["01:23:45:67:89", "01:23-45:67:89:ab", "0123.4567"],
  ],
  email: [
    ["a@example.com", "Someone <a@example.com>", "a@b", '"odd name"@example.com', '"A, B" <a@b>', "a@[10.0.0.1]"],
    ["a", "a b@example.com", "a@", "@b", "a@b <", "a@b, c@d", ""],
  ],
  hostname: [
    ["example.com", "Example-1.com", "localhost", "a-b", "1a.example.org"],
    ["-x.com", "a_b.com", "x.", "1.2.3.4", "", `${"a".repeat(64)}.com`, "a..b"],
  ],
  uri: [
    ["https://example.com/x?y#z", "/x", "mailto:a@b", "http://[::1]:80/", "http://u:p@h:1/%41", "*"],
    ["example.com", "http://a b", "", "http://h:x/", "http://h/%zz", ":x", "http://[::1/"],
  ],
  byte: [
    ["Zm9v", "Zm8=", "Zg=="],
    ["Zm9", "Zm9v\n", "%%%", "", "===="],
  ],
  hexcolor: [
    ["#ffffff", "#FFF", "ffffff"],
    ["#ggg", "#ffff"],
  ],
  rgbcolor: [["rgb(0, 10,255)"], ["rgb(0,1)", "rgb(256,0,0)"]],
  isbn: [
    ["0321751043", "978-0321751041"],
    ["0321751044", "1"],
  ],
  creditcard: [["4111 1111 1111 1111"], ["4111 1111 1111 1112", "1"]],
  ssn: [["111-11-1111"], ["111111111"]],
  bsonobjectid: [["507f1f77bcf86cd799439011"], ["507f1f77"]],
  password: [["", "anything"], []],
  "k8s-short-name": [["a-b"], ["A", "a.b", "a".repeat(64)]],
  "k8s-long-name": [["a.b-c"], ["a..b", "A"]],
};

test.each(Object.entries(CASES))("%s", (name, [good, bad]) => {
  const check = stringFormat(name);
  expect(good.filter((text) => !check?.(text))).toEqual([]);
  expect(bad.filter((text) => check?.(text))).toEqual([]);
});

test("checks take time in proportion to the text, whatever it is", () => {
  const long = 100_000;
  for (const unit of ["a", "0", " ", "(", "-", ".", "1m", "@", "<", "%", "a.", '"', "\\"]) {
    const run = unit.repeat(long / unit.length);
    for (const text of [run, `a${run}!`, `a@b${run}c`, `::ffff:1.${run}x`]) {
      for (const name of Object.keys(CASES)) stringFormat(name)?.(text);
    }
  }
}, 5_000);
