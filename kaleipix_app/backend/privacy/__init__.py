"""The privacy policy as code: what is kept, why, how long, and how its owner gets it, changes it and ends it."""
