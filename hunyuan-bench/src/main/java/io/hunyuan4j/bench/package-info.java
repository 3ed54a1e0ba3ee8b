/** Synthetic checkpoints, and the table that benchmark results become. */
@NullMarked
package io.hunyuan4j.bench;

import org.jspecify.annotations.NullMarked;
