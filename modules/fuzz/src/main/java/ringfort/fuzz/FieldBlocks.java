package ringfort.fuzz;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import ringfort.h2.HpackDecoder;
import ringfort.h2.HpackEncoder;
import ringfort.message.ByteSink;
import ringfort.message.FieldSection;

/**
 * Blocks of compressed fields, one behind the other on a connection: {@link NaiveBlocks} accepts and refuses the same, with
 * a table of the same size, and what was read, written and read again is the same. The cuts part the blocks.
 *
 * <p>Option 0 chooses bounds that are easily reached: a list that is too large leaves the table as it would be.
 */
public final class FieldBlocks {
    private static final int SMALL_LIST_BYTES = 200;
    private static final int LIST_BYTES = 56 * 1024;
    private static final int MOST_FIELDS = 1000;

    private FieldBlocks() {}

    /** Runs the harness on one input. */
    public static void fuzzerTestOneInput(byte[] data) {
        var input = new Input(data);
        int listBytes = input.option(0) ? SMALL_LIST_BYTES : LIST_BYTES;
        var decoder = new HpackDecoder(listBytes, MOST_FIELDS);
        var naive = new NaiveBlocks();
        var again = new HpackDecoder(LIST_BYTES, MOST_FIELDS);
        var encoder = new HpackEncoder();
        int from = 0;
        for (int block = 0; block <= input.cuts().length; block++) {
            int to = block < input.cuts().length ? input.cuts()[block] : input.message().length;
            byte[] octets = Arrays.copyOfRange(input.message(), from, to);
            from = to;
            if (!reads(decoder, naive, octets, listBytes, encoder, again)) {
                return;
            }
        }
    }

    /** Whether the block was one, so that the next may follow. */
    private static boolean reads(
            HpackDecoder decoder,
            NaiveBlocks naive,
            byte[] octets,
            int listBytes,
            HpackEncoder encoder,
            HpackDecoder again) {
        HpackDecoder.Result result = decoder.decode(octets, 0, octets.length);
        List<NaiveBlocks.Field> expected;
        try {
            expected = naive.decode(octets);
        } catch (NaiveBlocks.Broken e) {
            Check.that(
                    result == HpackDecoder.Result.BROKEN || result == HpackDecoder.Result.MUCH_TOO_LARGE,
                    "a broken block came to " + result);
            return false;
        }
        long size = expected.stream().mapToLong(NaiveBlocks.Field::size).sum();
        if (size > 4L * listBytes) {
            Check.that(decoder.listSize() <= 4L * listBytes + octets.length * 8L + 8192, "read on and on");
            return result != HpackDecoder.Result.MUCH_TOO_LARGE && reads(result, decoder, naive);
        } else if (size > listBytes || expected.size() > MOST_FIELDS) {
            Check.same("a large list", HpackDecoder.Result.TOO_LARGE, result);
            Check.same("fields of a large list", 0, decoder.fieldCount());
            return reads(result, decoder, naive);
        }
        Check.same("result", HpackDecoder.Result.FIELDS, result);
        Check.same("fields", expected, fields(decoder));
        writes(expected, encoder, again);
        return reads(result, decoder, naive);
    }

    private static boolean reads(HpackDecoder.Result result, HpackDecoder decoder, NaiveBlocks naive) {
        Check.same("table behind " + result, naive.tableSize(), decoder.tableSize());
        return true;
    }

    private static void writes(List<NaiveBlocks.Field> fields, HpackEncoder encoder, HpackDecoder again) {
        var out = new ByteSink(64);
        encoder.begin(out);
        for (NaiveBlocks.Field field : fields) {
            encoder.field(out, field.name(), field.value(), field.value().length() % 5 == 4);
        }
        Check.same("written", HpackDecoder.Result.FIELDS, again.decode(out.array(), 0, out.length()));
        Check.same("written and read", fields, fields(again));
        Check.same("both tables", encoder.tableSize(), again.tableSize());
    }

    private static List<NaiveBlocks.Field> fields(HpackDecoder decoder) {
        List<NaiveBlocks.Field> fields = new ArrayList<>();
        String text = Check.text(Arrays.copyOf(decoder.octets(), decoder.octetsLength()));
        for (int i = 0; i < decoder.fieldCount(); i++) {
            long span = decoder.span(i);
            fields.add(new NaiveBlocks.Field(
                    text.substring(FieldSection.nameStart(span), FieldSection.nameEnd(span)),
                    text.substring(FieldSection.valueStart(span), FieldSection.valueEnd(span))));
        }
        return fields;
    }
}
