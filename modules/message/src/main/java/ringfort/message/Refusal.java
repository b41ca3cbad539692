package ringfort.message;

/**
 * Why a message is refused.
 *
 * @param status the status code to answer with, 400 to 599
 * @param reason what was wrong, in short ASCII: fit for a log line or a text body, free of the peer's own bytes
 */
public record Refusal(int status, String reason) {}
