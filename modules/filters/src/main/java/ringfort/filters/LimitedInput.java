package ringfort.filters;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import ringfort.api.HttpException;

/** Content of which there may be so much and no more. One thread. */
final class LimitedInput extends FilterInputStream {
    private final long limit;
    private long read;

    LimitedInput(InputStream in, long limit) {
        super(in);
        this.limit = limit;
    }

    @Override
    public int read() throws IOException {
        int octet = super.read();
        return octet < 0 ? octet : (int) counted(1, octet);
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        int count = super.read(target, offset, length);
        return count < 0 ? count : (int) counted(count, count);
    }

    @Override
    public long skip(long count) throws IOException {
        long skipped = super.skip(count);
        return counted(skipped, skipped);
    }

    @Override
    public boolean markSupported() {
        return false;
    }

    private long counted(long more, long result) {
        read += more;
        if (read > limit) {
            throw new HttpException(413, "The content is larger than " + limit + " bytes");
        }
        return result;
    }
}
