// placeholder until the service floor lands
#include "service/secret.h"
