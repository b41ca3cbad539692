package ringfort.api.spi;

import org.jspecify.annotations.Nullable;
import ringfort.api.Response;

/**
 * The one slot of a {@link Response} that belongs to the engine; reached through {@link ResponseAccess} only, so that
 * the face of {@code Response} stays that of an immutable value.
 */
public abstract sealed class EngineAttachment permits Response {
    /** Written under a benign race; see {@link ResponseAccess#attach}. */
    @Nullable Object attached;

    /** For {@link Response}. */
    protected EngineAttachment() {}
}
