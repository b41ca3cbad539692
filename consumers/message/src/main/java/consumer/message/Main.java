package consumer.message;

import ringfort.message.ByteSink;
import ringfort.message.FieldRules;
import ringfort.message.StatusCodes;

/** A line of text about a status, and a field that must not come behind the content. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        String line = new ByteSink(32).decimal(404).octet(' ').ascii(StatusCodes.reason(404)).toString();
        if (!line.equals("404 Not Found") || FieldRules.mayBeTrailer("Content-Length")) {
            throw new AssertionError(line);
        }
        System.out.println("ok");
    }
}
