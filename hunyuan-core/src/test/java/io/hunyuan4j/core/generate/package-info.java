/** Tests on tiny models with random weights. */
@NullMarked
package io.hunyuan4j.core.generate;

import org.jspecify.annotations.NullMarked;
