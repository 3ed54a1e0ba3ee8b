/** Tests on tiny models with random weights. */
@NullMarked
package io.hunyuan4j.core.block;

import org.jspecify.annotations.NullMarked;
