/** Tests of the whole engine on the bundled checkpoints. */
@NullMarked
package io.hunyuan4j.engine;

import org.jspecify.annotations.NullMarked;
