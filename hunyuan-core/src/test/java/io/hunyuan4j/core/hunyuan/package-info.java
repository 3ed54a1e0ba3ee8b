/** Tests on tiny models with random weights. */
@NullMarked
package io.hunyuan4j.core.hunyuan;

import org.jspecify.annotations.NullMarked;
