// placeholder until the vision floor lands
#include "vision/image.h"
