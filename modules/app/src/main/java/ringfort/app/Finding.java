package ringfort.app;

import org.jspecify.annotations.Nullable;

/**
 * One line of the doctor's report.
 *
 * @param subject what was looked at, in the words an operator would search for
 * @param value what was found
 * @param better what would make it better, or null when nothing has to be
 */
record Finding(
        Verdict verdict,
        String subject,
        String value,
        @Nullable String better) {
    static Finding ok(String subject, String value) {
        return new Finding(Verdict.OK, subject, value, null);
    }

    static Finding note(String subject, String value) {
        return new Finding(Verdict.NOTE, subject, value, null);
    }

    static Finding warn(String subject, String value, String better) {
        return new Finding(Verdict.WARN, subject, value, better);
    }

    static Finding fail(String subject, String value, String better) {
        return new Finding(Verdict.FAIL, subject, value, better);
    }
}
