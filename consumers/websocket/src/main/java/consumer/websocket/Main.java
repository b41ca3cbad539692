package consumer.websocket;

import ringfort.websocket.codec.MessageReader;
import ringfort.websocket.codec.ReaderLimits;
import ringfort.websocket.codec.Received;

/** Reads a masked frame of text. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        byte[] frame = {(byte) 0x81, (byte) 0x82, 0, 0, 0, 0, 'o', 'k'};
        MessageReader reader = new MessageReader(ReaderLimits.DEFAULT, false);
        reader.read(frame, 0, frame.length, System.nanoTime());
        if (reader.take() instanceof Received.Data data) {
            System.out.println(new String(data.bytes()));
        }
    }
}
