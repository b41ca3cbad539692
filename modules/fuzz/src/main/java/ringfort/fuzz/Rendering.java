package ringfort.fuzz;

import ringfort.h1.RequestHead;
import ringfort.message.FieldSection;

/** Writes down all that a head or a field section says, so that two readings can be compared. */
final class Rendering {
    private Rendering() {}

    static String of(RequestHead head) {
        return head.method() + ' ' + head.target() + ' ' + head.form() + ' ' + head.authority() + ' '
                + head.pathAndQuery()
                + " 1." + head.minorVersion() + " length=" + head.contentLength() + (head.chunked() ? " chunked" : "")
                + (head.hasBody() ? " body" : "") + (head.keepAlive() ? " keep-alive" : "")
                + (head.expectsContinue() ? " expects" : "") + " upgrade=" + head.upgrade() + ' ' + fields(head);
    }

    static String fields(FieldSection fields) {
        var text = new StringBuilder("[");
        for (int i = 0; i < fields.fieldCount(); i++) {
            text.append(i == 0 ? "" : "; ").append(fields.name(i)).append(": ").append(fields.value(i));
        }
        return text.append(']').toString();
    }
}
